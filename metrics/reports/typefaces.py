"""The font of reports as small TrueType fonts: the letters a document holds, and no others.

What is shipped has the outlines of PostScript, which Word does not embed: those of the letters
asked for are turned into TrueType's curves. A weight takes half a second and about 70 MB meanwhile;
nothing is kept.
"""

import io
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

# Basic Latin and kana come along, so that a reader can write on.
ALWAYS = {chr(code) for span in ((0x20, 0x7F), (0x3000, 0x3003), (0x3041, 0x3100))
          for code in range(*span)}  # fmt: skip
FORMS_OF_A_LETTER = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
# How far a curve may lie from the original, in thousandths of the height of a line.
NEAR = 1.0


def small_font(path: str, text: str) -> bytes:
    """A TrueType font of what `text` needs; letters that the shipped font lacks are left out."""
    with closing(TTFont(path, lazy=True)) as source:
        shipped = source.getBestCmap()
        wanted = sorted(ord(letter) for letter in ALWAYS | set(text))
        letters = {code: shipped[code] for code in wanted if code in shipped}
        forms = list(forms_of(source, text))
        glyphs = {".notdef", *letters.values(), *(glyph for *_pair, glyph in forms if glyph)}
        builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
        builder.setupGlyphOrder([".notdef", *sorted(glyphs - {".notdef"})])
        builder.setupCharacterMap(letters, uvs=forms)
        draw(builder, source)
        for table in ("OS/2", "name", "hhea", "post"):
            builder.font[table] = source[table]
        builder.font["head"].macStyle = source["head"].macStyle
        written = io.BytesIO()
        builder.save(written)
    return written.getvalue()


def forms_of(source: TTFont, text: str) -> Iterator[tuple[int, int, str | None]]:
    """The written forms that names insist on (葛󠄀): letter, selector, glyph; None is the usual."""
    asked = {
        (ord(letter), ord(selector)) for letter, selector in pairwise(text)
        if ord(selector) in FORMS_OF_A_LETTER
    }  # fmt: skip
    if not asked:
        return
    for table in source["cmap"].tables:
        for selector, known in getattr(table, "uvsDict", {}).items():
            for letter, glyph in known:
                if (letter, selector) in asked:
                    yield letter, selector, glyph


def draw(builder: FontBuilder, source: TTFont) -> None:
    """Outlines and widths of the glyphs, in the direction that TrueType fills."""
    shapes, outlines, widths = source.getGlyphSet(), {}, {}
    for glyph in builder.font.getGlyphOrder():
        pen = TTGlyphPen(None)
        shapes[glyph].draw(Cu2QuPen(pen, NEAR, reverse_direction=True))
        outlines[glyph], widths[glyph] = pen.glyph(), shapes[glyph].width
    builder.setupGlyf(outlines)
    builder.setupHorizontalMetrics(
        {glyph: (widths[glyph], getattr(outlines[glyph], "xMin", 0)) for glyph in outlines}
    )
