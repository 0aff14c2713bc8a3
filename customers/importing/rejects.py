"""The refused rows as a file: as they came, with one more column that says why.

The file can be corrected and uploaded again. Cells that a spreadsheet would take for a formula
get an apostrophe in front; reading takes it off again (`reading.unguarded`).
"""

import csv
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from customers.importing.reasons import row_reason
from customers.models import ImportRow, ImportRun

BYTE_ORDER_MARK = "\ufeff"  # Excel takes a CSV without it for Shift-JIS or Latin
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands every line back to whoever writes it."""

    def write(self, line: str) -> str:
        return line


def rejects_csv(run: ImportRun) -> Iterator[str]:
    """Header, then one line for each refused row, streamed."""
    writer: Any = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    width = len(run.header)
    yield writer.writerow([guarded(cell) for cell in [*run.header, _("Why it was rejected")]])
    rows = run.rows.filter(verdict=ImportRow.Verdict.REJECTED).order_by("number")
    for row in rows.iterator(chunk_size=2_000):
        cells = (row.cells or [])[:width]
        cells += [""] * (width - len(cells))
        yield writer.writerow([guarded(cell) for cell in [*cells, why(row)]])


def why(row: ImportRow) -> str:
    """All that is wrong with a row, in the reader's language."""
    reasons = []
    for problem in row.problems or []:
        reason = row_reason(problem["code"], problem["params"])
        column = problem["column"]
        reasons.append(
            _("%(column)s: %(reason)s") % {"column": column, "reason": reason} if column else reason
        )
    return " / ".join(reasons)


def guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
