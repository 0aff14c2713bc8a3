"""A list becomes a file. Text that a spreadsheet would take for a formula is disarmed."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class _Echo:
    """A file that gives back what is written to it, for the csv writer."""

    def write(self, text: str) -> str:
        return text


def guarded(cell: Any) -> Any:
    """Text that begins like a formula gets an apostrophe in front; figures stay figures."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return "" if cell is None else cell


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV as spreadsheets open it: UTF-8 with its mark, commas, CRLF, each cell guarded."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([guarded(cell) for cell in row])
