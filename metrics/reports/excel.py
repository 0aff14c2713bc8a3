"""A report as an Excel file: typed cells, pictures, and a sheet that says what it rests on.

Long tables are streamed row by row, so that fifty thousand rows need little memory. Nothing
becomes a formula, whatever a name begins with.
"""

import io
import re
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from metrics.charts import Shown
from metrics.reports.content import Content, Measured, Table
from metrics.reports.drawing import WIDTH, png_of
from metrics.reports.wording import (
    address_of,
    cell_in_words,
    figure_in_words,
    other_readings,
    remark,
    width_of,
)

FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
# What parts a title into phrases. Room is left for a number behind the name.
MARKS, LONGEST_NAME = ";:、。：；（(", 28
WIDEST, NARROWEST, LOOKED_AT = 60, 9, 200
WIDTHS = (34, 14, 18, 16, 16, 9, 14, 14, 30, 40, 70, 9, 9, 12, 40, 28)
UNIT_FORMATS = {"share": "0.0%", "count": "#,##0", "points": "+0;-0;0"}


class Book:
    """A workbook and the looks of its cells."""

    def __init__(self, path: str) -> None:
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd", "remove_timezone": True,
        }  # fmt: skip
        self.file = xlsxwriter.Workbook(path, options)
        self.title = self.file.add_format({"bold": True, "font_size": 15})
        self.head = self.file.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.day = self.file.add_format({"num_format": "yyyy-mm-dd"})
        self.number = self.file.add_format({"num_format": "#,##0.00"})
        self.whole = self.file.add_format({"num_format": "#,##0"})
        self.wrapped = self.file.add_format({"text_wrap": True, "valign": "top"})
        self.units = {
            unit: self.file.add_format({"num_format": code}) for unit, code in UNIT_FORMATS.items()
        }
        self.names: set[str] = set()

    def sheet(self, title: str) -> Any:
        """A sheet with a name that Excel takes: 31 letters, once, whole words where it can."""
        short = shortened(title.strip(), LONGEST_NAME)
        plain = FORBIDDEN.sub(" ", short.replace("/", "-")).strip() or "Sheet"
        name, number = plain, 2
        while name.casefold() in self.names:
            name, number = f"{plain} {number}", number + 1
        self.names.add(name.casefold())
        return self.file.add_worksheet(name)

    def write(self, sheet: Any, row: int, column: int, cell: Any, look: Any = None) -> None:
        if isinstance(cell, Measured):
            look = self.units.get(cell.metric.unit)
            cell = float(cell.value)
        elif isinstance(cell, Shown):
            look, cell = self.look_of(cell), float(cell.value)
        if isinstance(cell, datetime | date):
            sheet.write_datetime(row, column, cell, look or self.day)
        elif isinstance(cell, bool) or cell is None:
            sheet.write(row, column, "" if cell is None else str(cell))
        elif isinstance(cell, int):
            sheet.write_number(row, column, cell, look or self.whole)
        elif isinstance(cell, float | Decimal):
            sheet.write_number(row, column, float(cell), look or self.number)
        else:
            sheet.write_string(row, column, str(cell), look)

    def look_of(self, shown: Shown) -> Any:
        """As many places as the page writes; the cell holds all of them."""
        if "%" in shown:
            return self.units["share"]
        return self.number if "." in shown else self.whole


def write_excel(content: Content) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        book = Book(str(path))
        if content.figures:
            write_figures(book, content)
        for chart in content.charts:
            table = Table(chart.title, chart.heads, chart.rows)
            write_table(book, table, picture=io.BytesIO(png_of(chart)))
        for table in content.tables:
            write_table(book, table)
        write_about(book, content)
        book.file.close()
        return path.read_bytes()


def write_figures(book: Book, content: Content) -> None:
    sheet = book.sheet(_("Figures"))
    heads = [_("Figure"), _("Value"), _("In words"), _("Above the line"), _("Below the line"),
             _("Cases"), _("Lower end"), _("Upper end"), _("Remark"), _("Formula"), _("Definition"),
             _("Rule"), _("Version"), _("Day"), _("Other readings"), _("Rows")]  # fmt: skip
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 1)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, book.head)
    for row, told in enumerate(content.figures, start=1):
        metric, figure = told.metric, told.figure
        low, high = (figure.interval.low, figure.interval.high) if figure.interval else (None, None)
        shown = figure.value if figure.is_shown else None
        others = other_readings(told)
        cells = [told.name, shown, figure_in_words(told),
                 figure.numerator, figure.denominator, figure.n, low, high, remark(figure),
                 str(metric.formula), str(metric.definition), metric.rule, metric.version,
                 told.question.day, others]  # fmt: skip
        for column, cell in enumerate(cells):
            look = book.units.get(metric.unit) if column in (1, 6, 7) else None
            book.write(sheet, row, column, cell, look)
        if metric.rows:
            address = address_of(told)
            sheet.write_url(row, len(cells), address, string=_("Open the figure to its rows"))


def write_table(book: Book, table: Table, picture: io.BytesIO | None = None) -> None:
    sheet = book.sheet(str(table.title))
    lines = iter(table.rows)
    first = [line for _n, line in zip(range(LOOKED_AT), lines, strict=False)]
    heads = [str(head) for head in table.heads]
    for column, width in enumerate(widths(heads, first)):
        sheet.set_column(column, column, width)
    if picture:
        place = {"image_data": picture, "x_scale": 0.5, "y_scale": 0.5,
                 "description": str(table.title), "object_position": 2}  # fmt: skip
        sheet.insert_image(0, len(heads) + 1, f"{WIDTH}.png", place)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, book.head)
    sheet.freeze_panes(1, 0)
    row = 0
    for source in (first, lines):
        for line in source:
            row += 1
            for column, cell in enumerate(line):
                book.write(sheet, row, column, cell)
    if row:
        sheet.autofilter(0, 0, row, len(heads) - 1)


def shortened(title: str, most: int) -> str:
    """Up to the last mark that has room, else the last whole word; only one long word is cut."""
    if len(title) <= most:
        return title
    for parting in (MARKS, " "):
        ends = [n for n in range(most // 3, most + 1) if title[n] in parting]
        if ends:
            return title[: ends[-1]].rstrip(f"{MARKS} ,")
    return title[:most]


def widths(heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> list[int]:
    """Wide enough for what is seen of each column, within reason."""
    seen = [[head, *[seen_as(line[n]) for line in lines]] for n, head in enumerate(heads)]
    return [
        min(WIDEST, max(NARROWEST, *(width_of(text) for text in column)) + 2) for column in seen
    ]


def seen_as(cell: Any) -> str:
    return cell_in_words(cell) if isinstance(cell, Measured) else str(cell)


def write_about(book: Book, content: Content) -> None:
    sheet = book.sheet(_("About this report"))
    sheet.set_column(0, 0, 38)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, content.title, book.title)
    for row, (label, value) in enumerate([*content.about, *content.versions], start=2):
        sheet.write_string(row, 0, str(label))
        book.write(sheet, row, 1, value)
