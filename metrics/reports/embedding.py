"""A Word file carries its font, so that it looks the same where no Japanese font is installed.

Word takes TrueType fonts, each disguised by a key (ISO/IEC 29500-1, 17.8.1).
"""

import gc
import uuid
from typing import Any

import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from metrics.reports.drawing import FAMILY
from metrics.reports.typefaces import small_font

WEIGHTS = {
    "w:embedRegular": str(noto_cjk_sans_jp_regular.FONT_PATH),
    "w:embedBold": str(noto_cjk_sans_jp_bold.FONT_PATH),
}
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
DISGUISED = 32
# Japanese, without serifs, letters of different widths.
ENTRY = (
    f'<w:font {nsdecls("w")} w:name="{FAMILY}"><w:charset w:val="80"/><w:family w:val="swiss"/>'
    '<w:pitch w:val="variable"/></w:font>'
)
# What the schema puts before the word for embedded fonts in the settings.
BEFORE = (
    "writeProtection", "view", "zoom", "removePersonalInformation", "removeDateAndTime",
    "doNotDisplayPageBoundaries", "displayBackgroundShape", "printPostScriptOverText",
    "printFractionalCharacterWidth", "printFormsData",
)  # fmt: skip


def embed_fonts(document: Any) -> None:
    """To be called last: the fonts hold the letters that the document has by then."""
    text = "".join(document.element.itertext())
    table = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    entry = parse_xml(ENTRY)
    for number, (name, path) in enumerate(WEIGHTS.items(), start=1):
        key = uuid.uuid4()
        place = PackURI(f"/word/fonts/font{number}.odttf")
        blob = disguised(small_font(path, text), key)
        font = Part(place, CONTENT_TYPE, blob, document.part.package)
        # What is read of a font holds on to itself: 70 MB that would wait for a rare collection.
        gc.collect()
        embedded = OxmlElement(name)
        embedded.set(qn("r:id"), table.relate_to(font, RELATIONSHIP))
        embedded.set(qn("w:fontKey"), f"{{{str(key).upper()}}}")
        entry.append(embedded)
    fonts = parse_xml(table.blob)
    fonts.append(entry)
    # python-docx knows this part only as bytes.
    table._blob = etree.tostring(fonts, xml_declaration=True, encoding="UTF-8", standalone=True)
    say_so(document.settings.element)


def disguised(font: bytes, key: uuid.UUID) -> bytes:
    """The first 32 bytes mixed with the key, read backwards; twice gives the font again."""
    mask = key.bytes[::-1] * 2
    start = bytes(byte ^ mixed for byte, mixed in zip(font[:DISGUISED], mask, strict=True))
    return start + font[DISGUISED:]


def say_so(settings: Any) -> None:
    """Where the schema wants it, or Word calls the file damaged."""
    before = {qn(f"w:{name}") for name in BEFORE}
    place = sum(child.tag in before for child in settings)
    settings.insert(place, OxmlElement("w:embedTrueTypeFonts"))
    settings.insert(place + 1, OxmlElement("w:saveSubsetFonts"))
