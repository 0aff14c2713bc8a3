"""A file becomes rows of text: encoding, separator and header are found out, rows are streamed.

Nothing here holds more than one row and one block of the file in memory.
"""

import codecs
import csv
import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOBase
from pathlib import Path

from customers.importing.reasons import FileRefused
from customers.importing.spreadsheet import SpreadsheetRefused, convert, looks_like_excel

ENCODINGS = {"utf-8-sig": "UTF-8", "cp932": "Shift-JIS (CP932)", "utf-16": "UTF-16",
             "cp1252": "Western European (CP1252)"}  # fmt: skip
DELIMITERS = [",", ";", "\t", "|"]
CELL_LIMIT = 100_000
LINE_LIMIT = 1_000_000
COLUMN_LIMIT = 500
# A cell that goes on over more lines than this is a quotation mark somebody forgot to close.
LINES_IN_ONE_ROW = 500
BLOCK = 1 << 20
# In the error column of a rejects file; such a column is ignored when the file comes back.
GUARDED = re.compile(r"'(?=[=+\-@\t\r])")


@dataclass(frozen=True)
class Row:
    """`number` counts as spreadsheets do: the header is row 1."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """What one look at a file tells: how to read it, its header and its first rows."""

    encoding: str
    delimiter: str
    header: list[str]
    sample: list[list[str]] = field(default_factory=list)
    line_count: int = 0


@contextmanager
def readable(path: Path) -> Iterator[Path]:
    """The path of a CSV file: the file itself, or what an Excel file was turned into."""
    if not path.exists():
        raise FileRefused("gone")
    if not path.stat().st_size:
        raise FileRefused("empty")
    if not looks_like_excel(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="import-", dir=path.parent) as folder:
        target = Path(folder) / "sheet.csv"
        try:
            convert(path, target)
        except SpreadsheetRefused as refusal:
            raise FileRefused(str(refusal)) from refusal
        yield target


def look_at(
    path: Path, *, encoding: str = "", delimiter: str = "", sample_rows: int = 2_000
) -> Table:
    """Detect what is not given. Raises FileRefused."""
    with readable(path) as csv_path:
        excel = csv_path != path
        encoding = "utf-8-sig" if excel else encoding or detect_encoding(csv_path)
        delimiter = "," if excel else delimiter or detect_delimiter(csv_path, encoding)
        rows = rows_of(csv_path, encoding, delimiter)
        header = next(rows, None)
        if header is None:
            raise FileRefused("empty")
        sample = [row.cells for _n, row in zip(range(sample_rows), rows, strict=False)]
        if not sample:
            raise FileRefused("no_rows")
        return Table(encoding, delimiter, names_of(header), sample, count_lines(csv_path))


def names_of(header: Row) -> list[str]:
    """Column names without empty ones at the end; a second of the same name gets a number."""
    if header.problem or len(header.cells) > COLUMN_LIMIT:
        raise FileRefused("too_many_columns", limit=COLUMN_LIMIT)
    names = [cell.replace("\x00", "").strip()[:200] for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise FileRefused("no_header")
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1 and name:
            names[index] = f"{name} ({seen[name]})"
    return names


def rows_of(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Header and rows, one by one. Blank rows are numbered but not handed out."""
    csv.field_size_limit(CELL_LIMIT)
    with path.open(encoding=encoding, newline="") as file:
        lines = _Lines(file, encoding)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = 0
        while True:
            number += 1
            lines.row_starts()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(number, [], _row_problem(error, lines))
                continue
            if any(cells):
                yield Row(number, cells)


def _row_problem(error: csv.Error, lines: "_Lines") -> str:
    text = str(error)
    if "unexpected end" in text:
        raise FileRefused("quote_open", line=lines.row_line) from error
    return "cell_too_long" if "limit" in text else "quote_broken"


class _Lines:
    """The lines of a file, with guards against one that never ends."""

    def __init__(self, file: TextIOBase, encoding: str) -> None:
        self.file, self.encoding = file, encoding
        self.line = 0
        self.row_line = 1

    def row_starts(self) -> None:
        self.row_line = self.line + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.line += 1
        try:
            line = self.file.readline(LINE_LIMIT)
        except UnicodeError as error:
            raise FileRefused("encoding", encoding=self.encoding, line=self.line) from error
        if not line:
            raise StopIteration
        if len(line) >= LINE_LIMIT:
            raise FileRefused("line_too_long", line=self.line)
        if self.line - self.row_line > LINES_IN_ONE_ROW:
            raise FileRefused("quote_open", line=self.row_line)
        return line


def unguarded(cell: str) -> str:
    """A cell of a rejects file as it was before we guarded it against being a formula."""
    return cell[1:] if GUARDED.match(cell) else cell


def detect_encoding(path: Path) -> str:
    """Byte-order marks first, then the strictest encoding that fits the whole file."""
    with path.open("rb") as file:
        head = file.read(4_096)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = head[1::2].count(0), head[0::2].count(0)
    if max(zeros) > len(head) // 20:
        return "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    if _fits(path, "utf-8"):
        return "utf-8-sig"
    return "cp932" if _fits(path, "cp932") and _reads_japanese(path) else "cp1252"


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _reads_japanese(path: Path) -> bool:
    """Western letters with accents also decode as CP932, but only as single odd characters."""
    with path.open(encoding="cp932", errors="replace") as file:
        text = file.read(BLOCK)
    return re.search(r"[ぁ-ヿ一-鿿ｦ-ﾟ]{2}", text) is not None


def detect_delimiter(path: Path, encoding: str) -> str:
    """The separator that occurs most often in the first line, outside quotation marks."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = (file.readline(LINE_LIMIT) for _n in range(20))
            first = next((line for line in lines if line.strip()), "")
    except UnicodeError as error:
        raise FileRefused("encoding", encoding=encoding, line=1) from error
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def count_lines(path: Path) -> int:
    """About how many rows there are, for the progress bar."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))


def fingerprint(path: Path) -> str:
    """SHA-256 of the bytes."""
    if not path.exists():
        raise FileRefused("gone")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
