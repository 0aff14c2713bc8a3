"""A report as a Word file: headings, pictures with their description, real tables, its own font."""

import io
import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from metrics.reports.content import Content
from metrics.reports.drawing import FAMILY, png_of
from metrics.reports.embedding import embed_fonts
from metrics.reports.pdf import chart_data, table_data
from metrics.reports.wording import (
    address_of,
    cell_in_words,
    figure_in_words,
    range_in_words,
    readings,
    remark,
)

SCRIPTS = ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")
THEMES = ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme")
# Words in the language of the report are not marked as misspelt.
TONGUES = {"ja": "ja-JP", "en": "en-GB"}
# A table with more columns is written smaller, or amounts break in two.
MOST_COLUMNS, SMALL = 5, "Small table"
# What begins like a figure: 12, −¥1,234, +3.4%.
FIGURE = re.compile(r"[+\-−±]{0,2}[¥$€£]?\d")


def write_word(content: Content) -> bytes:
    document = Document()
    dress(document)
    document.core_properties.title = content.title
    document.core_properties.author = "Enishi"
    document.add_heading(content.title, 0)
    document.add_paragraph(content.subtitle)
    if content.figures:
        document.add_heading(_("Figures"), 1)
        add_table(
            document,
            [_("Figure"), _("Value"), _("Range, 95%"), _("Cases"), _("Remark")],
            [
                [told.name, figure_in_words(told), range_in_words(told), f"{told.figure.n:,}",
                 remark(told.figure)]
                for told in content.figures
            ],
        )  # fmt: skip
    for chart in content.charts:
        document.add_heading(str(chart.title), 1)
        add_picture(document, png_of(chart), str(chart.summary))
        add_part(document, chart_data(chart, "", content.most_rows))
    for table in content.tables:
        document.add_heading(str(table.title), 1)
        add_part(document, table_data(table))
    add_definitions(document, content)
    document.add_heading(_("About this report"), 1)
    about = [[str(label), cell_in_words(value)] for label, value in content.about]
    add_table(document, [_("What"), _("Value")], about)
    embed_fonts(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def dress(document: Any) -> None:
    """One font for all scripts, which comes with the file; the theme would bring others."""
    styles = document.styles.element
    document.styles["Normal"].font.name = FAMILY
    for fonts in styles.iter(qn("w:rFonts")):
        for theme in THEMES:
            fonts.attrib.pop(qn(theme), None)
        for script in SCRIPTS:
            fonts.set(qn(script), FAMILY)
    for tongue in styles.iter(qn("w:lang")):
        tongue.set(qn("w:val"), TONGUES.get(get_language() or "", "en-GB"))
        tongue.set(qn("w:eastAsia"), "ja-JP")
    document.styles["Normal"].font.size = Pt(10)
    # The lines of this font are tall by themselves.
    document.styles["Normal"].paragraph_format.line_spacing = 1.0
    small = document.styles.add_style(SMALL, WD_STYLE_TYPE.PARAGRAPH)
    small.base_style, small.font.size = document.styles["Normal"], Pt(8)
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2)


def add_picture(document: Any, png: bytes, words: str) -> None:
    document.add_picture(io.BytesIO(png), width=Cm(16.5))
    described = document.inline_shapes[-1]._inline.docPr
    described.set("descr", words)


def add_part(document: Any, part: dict[str, Any]) -> None:
    if part["rows"]:
        add_table(document, part["heads"], part["rows"])
    if part["more"]:
        document.add_paragraph(part["more"])


def add_table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Figures are set right, under heads set right; the heads are repeated on each page."""
    table = document.add_table(rows=1, cols=len(heads), style="Light List")
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    look = SMALL if len(heads) > MOST_COLUMNS else "Normal"
    right = [n > 0 and holds_figures([row[n] for row in rows]) for n in range(len(heads))]
    for number, line in enumerate([heads, *rows]):
        cells = table.add_row().cells if number else table.rows[0].cells
        for cell, words, is_right in zip(cells, line, right, strict=True):
            cell.text = words
            cell.paragraphs[0].style = look
            if is_right:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def holds_figures(column: Sequence[str]) -> bool:
    """Most of what is written in it begins like a figure; n/a and a dash stand among them."""
    written = [words for words in column if words]
    return len(written) < 2 * sum(bool(FIGURE.match(words)) for words in written)


def add_definitions(document: Any, content: Content) -> None:
    if not content.figures:
        return
    document.add_heading(_("How it is counted"), 1)
    for told in content.figures:
        paragraph = document.add_paragraph()
        paragraph.add_run(told.name).bold = True
        paragraph.add_run(f"\n{told.metric.definition}\n")
        said = "   ".join(f"{label}: {words}" for label, words in readings(told))
        paragraph.add_run(said).font.size = Pt(8)
        if told.metric.rows:
            add_link(paragraph, address_of(told))


def add_link(paragraph: Any, address: str) -> None:
    """python-docx has no word for a link."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, kind, is_external=True))
    run = paragraph.add_run(f"   {_('Open the figure to its rows')}")
    run.font.size, run.font.underline = Pt(8), True
    link.append(run._r)
    paragraph._p.append(link)
