"""A Word report carries the letters it is written in, where Word and the standard look for them."""

import io
import uuid
import zipfile

import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import translation
from docx import Document
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont
from lxml import etree
from noto_cjk_sans_jp_regular import FONT_PATH

from metrics.question import question_of
from metrics.reports import making
from metrics.reports.content import Content, Table
from metrics.reports.ordering import order_report
from metrics.reports.typefaces import small_font
from metrics.reports.word import write_word
from tests.factories import DAY, NOON, CustomerFactory, SnapshotFactory

NAME = "株式会社髙橋𠮷 & Møller, Привет"
# The order of the standard, as far as our settings go.
SETTINGS = ("zoom", "embedTrueTypeFonts", "embedSystemFonts", "saveSubsetFonts", "proofState",
            "defaultTabStop")  # fmt: skip


@pytest.fixture(params=["ja", "en"])
def written(request, lea, settings, tmp_path, db) -> zipfile.ZipFile:
    settings.MEDIA_ROOT = tmp_path
    customer = CustomerFactory(name=NAME, csm=lea)
    SnapshotFactory(customer=customer, mrr=100, annual_value=1200)
    lea.language = request.param
    with time_machine.travel(NOON, tick=False):
        report = order_report(lea, "customer", "docx", {"customer": customer.pk})
        assert making.make_report(report.pk)
    report.refresh_from_db()
    return zipfile.ZipFile(django_settings.MEDIA_ROOT / report.stored_as)


def fonts_in(file: zipfile.ZipFile) -> dict[str, TTFont]:
    """Each embedded weight, found and undone as the standard says, not as we wrote it."""
    links = etree.fromstring(file.read("word/_rels/fontTable.xml.rels"))
    places = {link.get("Id"): link.get("Target") for link in links}
    found = {}
    for embedded in etree.fromstring(file.read("word/fontTable.xml")).iter("{*}*"):
        key = embedded.get(qn("w:fontKey"))
        if key is None:
            continue
        blob = bytearray(file.read(f"word/{places[embedded.get(qn('r:id'))]}"))
        digits = uuid.UUID(key).hex
        for n in range(32):
            at = 30 - 2 * (n % 16)
            blob[n] ^= int(digits[at : at + 2], 16)
        weight = etree.QName(embedded).localname
        found[weight] = TTFont(io.BytesIO(blob))
        assert found[weight]["name"].getDebugName(1) == embedded.getparent().get(qn("w:name"))
    return found


def test_every_letter_of_the_text_is_in_each_embedded_font(written):
    text = set("".join(etree.fromstring(written.read("word/document.xml")).itertext()))

    fonts = fonts_in(written)

    assert set(NAME) <= text
    assert set(fonts) == {"embedRegular", "embedBold"}
    for font in fonts.values():
        assert {letter for letter in text if ord(letter) not in font.getBestCmap()} <= {"\n"}
        assert "glyf" in font
        # Zero is "may be embedded and edited".
        assert font["OS/2"].fsType == 0
    assert (fonts["embedRegular"]["head"].macStyle, fonts["embedBold"]["head"].macStyle) == (0, 1)
    assert sum(place.file_size for place in written.infolist() if "odttf" in place.filename) < 4e5


def test_styles_settings_and_types_lead_to_the_fonts():
    made = zipfile.ZipFile(io.BytesIO(write_word(Content("", "", question_of({}, DAY)))))

    document = Document(made.fp)
    styles = document.styles.element
    named = {fonts.get(qn(f"w:{script}")) for fonts in styles.iter(qn("w:rFonts"))
             for script in ("ascii", "hAnsi", "eastAsia")}  # fmt: skip
    assert named == {"Noto Sans CJK JP"}
    assert not any("Theme" in key for fonts in styles.iter(qn("w:rFonts")) for key in fonts.attrib)
    tags = [etree.QName(child).localname for child in document.settings.element]
    assert {"embedTrueTypeFonts", "saveSubsetFonts"} <= set(tags)
    assert [tag for tag in tags if tag in SETTINGS] == [tag for tag in SETTINGS if tag in tags]
    types = made.read("[Content_Types].xml").decode()
    assert types.count("application/vnd.openxmlformats-officedocument.obfuscatedFont") == 2


def test_a_letter_no_font_has_does_not_stop_a_report():
    table = Table("🦄", ["A"], [["🦄 \U000f0000 ok"]])

    with translation.override("ja"):
        made = write_word(Content("🦄", "", question_of({}, DAY), tables=[table]))

    font = fonts_in(zipfile.ZipFile(io.BytesIO(made)))["embedRegular"]
    assert ord("k") in font.getBestCmap()
    assert 0xF0000 not in font.getBestCmap()


def test_the_form_of_a_letter_that_a_name_insists_on_comes_along():
    font = TTFont(io.BytesIO(small_font(str(FONT_PATH), "葛\U000e0101城")))

    forms = next(table for table in font["cmap"].tables if table.format == 14).uvsDict
    assert [code for code, _glyph in forms[0xE0101]] == [ord("葛")]
    assert len({glyph for _code, glyph in forms[0xE0101]} - {font.getBestCmap()[ord("葛")]}) == 1
