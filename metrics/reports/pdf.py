"""A report as a PDF with tags, made by typst. Data go in as JSON, never as markup."""

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from metrics.charts import Chart
from metrics.reports.content import Content, Table
from metrics.reports.drawing import FAMILY, font_folders, svg_of
from metrics.reports.wording import (
    address_of,
    cell_in_words,
    figure_in_words,
    range_in_words,
    readings,
    remark,
)

LAYOUT = Path(__file__).with_name("report.typ")
MOST_ROWS = 40


def write_pdf(content: Content) -> bytes:
    pictures = {f"chart-{n}.svg": svg_of(chart) for n, chart in enumerate(content.charts)}
    files = {name: svg.encode() for name, svg in pictures.items()}
    data = json.dumps(as_data(content, list(pictures)), ensure_ascii=False).encode()
    # Its types do not know that it takes files in memory.
    compiled: Any = typst.compile
    return bytes(
        compiled(
            {"main": LAYOUT.read_bytes(), "data.json": data, **files},
            font_paths=[str(folder) for folder in font_folders()],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
        )
    )


def as_data(content: Content, pictures: list[str]) -> dict[str, Any]:
    return {
        "title": content.title,
        "subtitle": content.subtitle,
        "author": "Enishi",
        "footer": "Enishi 縁",
        "font": FAMILY,
        "language": get_language() or "en",
        "words": {
            "figures": _("Figures"),
            "figure_heads": [_("Figure"), _("Value"), _("Range, 95%"), _("Cases"), _("Remark")],
            "definitions": _("How it is counted"),
            "rows": _("Open the figure to its rows"),
            "about": _("About this report"),
            "about_heads": [_("What"), _("Value")],
        },
        "figures": [
            [told.name, figure_in_words(told), range_in_words(told), f"{told.figure.n:,}",
             remark(told.figure)]
            for told in content.figures
        ],
        "definitions": [
            {"name": told.name, "definition": str(told.metric.definition),
             "readings": readings(told),
             "address": address_of(told) if told.metric.rows else ""}
            for told in content.figures
        ],
        "charts": [
            chart_data(chart, name, content.most_rows)
            for chart, name in zip(content.charts, pictures, strict=True)
        ],
        "tables": [table_data(table) for table in content.tables],
        "about": [[str(label), cell_in_words(value)] for label, value in content.about],
    }  # fmt: skip


def chart_data(chart: Chart, name: str, most_rows: int) -> dict[str, Any]:
    table = table_data(Table(chart.title, chart.heads, chart.rows), most=most_rows)
    return table | {"file": name, "alt": str(chart.summary)}


def table_data(table: Table, most: int = MOST_ROWS) -> dict[str, Any]:
    """The first rows in words, and how many there are besides; Excel has all of them."""
    rows = list(table.rows)
    left = len(rows) - most
    more = ngettext(
        "%(n)s more row stands in the Excel file.",
        "%(n)s more rows stand in the Excel file.",
        max(left, 0),
    ) % {"n": left}
    shown = [[cell_in_words(cell) for cell in row] for row in rows[:most]]
    return {
        "title": str(table.title),
        "heads": [str(head) for head in table.heads],
        "rows": shown,
        "texts": columns_of_text(shown, len(table.heads)),
        "more": more if left > 0 else "",
    }


def columns_of_text(rows: list[list[str]], how_many: int) -> list[int]:
    """Columns that read like words are set left, figures right."""
    return [
        column for column in range(how_many)
        if any(any(letter.isalpha() for letter in row[column]) for row in rows)
    ]  # fmt: skip
