"""An Excel file becomes a CSV file, in a process of its own with a memory limit.

The limit is the point: an .xlsx of a few kilobytes may claim a sheet of seventeen thousand million
cells, and the program that believes it dies. Here only the small program dies. It is started as
`python -m customers.importing.spreadsheet IN OUT` and uses nothing of Django.
"""

import csv
import re
import resource
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook

MEMORY_LIMIT = 1_500_000_000
SECONDS_LIMIT = 90
# What an honest workbook does not reach: sheets are XML and shrink to about a tenth.
UNPACKED_LIMIT = 600_000_000
RATIO_LIMIT = 100
RATIO_MATTERS_FROM = 10_000_000
ENTRIES_LIMIT = 2_000
# A workbook has no use for entities; what declares some wants to be expanded a thousandfold, or
# to have a file of ours read to it.
XML_HEAD = 4_096
DECLARES_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"


class SpreadsheetRefused(Exception):
    """Carries a code of `reasons.FILE_REASONS`."""


def looks_like_excel(path: Path) -> bool:
    """By its first bytes, never by its name."""
    with path.open("rb") as file:
        head = file.read(4)
    return head in {ZIP, OLD_EXCEL}


def check_before_opening(path: Path) -> None:
    """Refuse bombs, traps and old files by the table of contents alone."""
    with path.open("rb") as file:
        if file.read(4) == OLD_EXCEL:
            raise SpreadsheetRefused("excel_old")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(path, archive.infolist())
            _check_heads(archive)
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError) as error:
        raise SpreadsheetRefused("excel_broken") from error


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if any(name.startswith(("/", "\\")) or ".." in name.split("/") for name in names):
        raise SpreadsheetRefused("excel_broken")
    if not any(name.endswith("workbook.xml") for name in names):
        raise SpreadsheetRefused("not_a_table")
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    is_bomb = unpacked > RATIO_MATTERS_FROM and unpacked / packed > RATIO_LIMIT
    if len(entries) > ENTRIES_LIMIT or unpacked > UNPACKED_LIMIT or is_bomb:
        raise SpreadsheetRefused("excel_bomb")


def _check_heads(archive: zipfile.ZipFile) -> None:
    """RuntimeError when a part is encrypted."""
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if DECLARES_ENTITIES.search(part.read(XML_HEAD)):
                    raise SpreadsheetRefused("excel_entities")


def convert(source: Path, target: Path) -> None:
    """Write the first sheet that has rows as UTF-8 CSV. Raises SpreadsheetRefused."""
    check_before_opening(source)
    command = [sys.executable, "-m", "customers.importing.spreadsheet", str(source), str(target)]
    try:
        ended = subprocess.run(
            command, capture_output=True, timeout=SECONDS_LIMIT, cwd=_home(), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SpreadsheetRefused("excel_bomb") from error
    if ended.returncode == 3:
        raise SpreadsheetRefused("excel_no_sheet")
    if ended.returncode == 2:
        raise SpreadsheetRefused("excel_broken")
    if ended.returncode:  # killed by the limit
        raise SpreadsheetRefused("excel_bomb")


def _home() -> Path:
    return Path(__file__).resolve().parent.parent.parent


def as_text(value: object) -> str:
    """A cell as people would type it: whole numbers without `.0`, days as ISO."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            midnight = value.time() == time.min
            return value.date().isoformat() if midnight else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value.total_seconds())
    return str(value)


def first_sheet_with_rows(source: str) -> Iterator[list[str]]:
    book = CalamineWorkbook.from_path(source)
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        # Blank rows above the table count, so that our row numbers are Excel's.
        for _row in range(sheet.start[0]):
            yield []
        for row in sheet.iter_rows():
            yield [as_text(cell) for cell in row]
        return
    sys.exit(3)


def main(source: str, target: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with Path(target).open("w", encoding="utf-8", newline="", errors="replace") as file:
            csv.writer(file).writerows(first_sheet_with_rows(source))
    except MemoryError:
        sys.exit(4)
    except Exception:  # the edge: whatever a hostile file provokes is "cannot be read"
        sys.exit(2)


if __name__ == "__main__":
    main(*sys.argv[1:3])
