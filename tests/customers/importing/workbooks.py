"""Excel files, honest ones and hostile ones."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import xlsxwriter

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def excel(*rows: Any, sheets: int = 1) -> bytes:
    """The rows stand on the last sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        for _n in range(sheets):
            sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def altered(content: bytes, **changes: Callable[[str], str]) -> bytes:
    """The same workbook with some of its parts changed: `sheet`, `texts`, `book`."""
    parts = {"sheet": SHEET, "texts": TEXTS, "book": "xl/workbook.xml"}
    by_path = {parts[name]: change for name, change in changes.items()}
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            change = by_path.get(name, str)
            new.writestr(name, change(old.read(name).decode()))
    return buffer.getvalue()


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """The same workbook with more parts below `xl/`."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, part in parts.items():
            archive.writestr(f"xl/{name}", part)
    return buffer.getvalue()


def declaring(declaration: str) -> Callable[[str], str]:
    return lambda text: text.replace("?>", f"?>{declaration}", 1)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(SHEET, b"0" * 40_000_000)
    return buffer.getvalue()


def lying_bomb() -> bytes:
    """Unpacks to 40 MB and says in its table of contents that it does not."""
    return bomb().replace((40_000_000).to_bytes(4, "little"), (4_000).to_bytes(4, "little"))


def corners() -> bytes:
    """Two cells at opposite ends: seventeen thousand million cells for who believes them."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")
    return buffer.getvalue()


def climber() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("../../etc/cron.d/x", "boom")
    return buffer.getvalue()


def of_many_sheets(count: int) -> bytes:
    """As many parts as sheets would have, without the seconds it takes to write real ones."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(count):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", "")
    return buffer.getvalue()


def encrypted(content: bytes) -> bytes:
    """Its entries say that a password is needed (Excel itself wraps the whole file instead)."""
    flags = 8
    changed = bytearray(content)
    start = content.find(b"PK\x01\x02")
    while start >= 0:
        changed[start + flags] |= 1
        start = content.find(b"PK\x01\x02", start + 1)
    return bytes(changed)


def with_a_formula() -> bytes:
    """Formulas as Excel saves them, with what they last showed; one looks into another file."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "name", "industry"])
        sheet.write_string(1, 0, "C-1")
        sheet.write_formula(1, 1, '=CONCATENATE("Ba","kery")', None, "Bakery")
        sheet.write_formula(1, 2, "='[other.xlsx]Sheet1'!A1", None, "Food")
    return buffer.getvalue()
