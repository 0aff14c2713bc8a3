"""Pictures of charts for paper: the same specifications as on pages, in the colours of light.

Vega measures text in the font the document is set in, so that nothing collides. The first picture
of a process takes most of a second, the others a tenth.
"""

import functools
from pathlib import Path
from typing import Any

import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular
import vl_convert
from django.conf import settings
from django.utils.translation import get_language

from metrics.charts import Chart

FAMILY = "Noto Sans CJK JP"
WIDTH = 640
# The roles of static/css/enishi.css in the light theme.
COLOURS = {
    "accent": "#a3173f", "info": "#2c6aa0", "good": "#2f7d4f", "warn": "#9a6a10",
    "bad": "#b3372b", "violet": "#6b3fa0", "teal": "#1f7a80",
    "none": "#8b8b93", "ink": "#1d1d20", "ink-2": "#55555c", "line": "#dcdce0",
}  # fmt: skip
LOOK = {
    "background": "white",
    "font": FAMILY,
    "view": {"stroke": None},
    "axis": {
        "labelColor": COLOURS["ink-2"], "gridColor": COLOURS["line"], "domain": False,
        "ticks": False, "labelPadding": 6, "labelFontSize": 11, "labelOverlap": "greedy",
    },
    "axisX": {"grid": False, "domain": True, "domainColor": COLOURS["line"]},
    "legend": {"labelColor": COLOURS["ink-2"], "labelFontSize": 11},
}  # fmt: skip


@functools.cache
def font_folders() -> tuple[Path, ...]:
    """Folders of the fonts of reports, known to Vega from now on."""
    own = [Path(folder) for folder in settings.REPORT_FONT_DIRS]
    shipped = [
        Path(package.__file__ or "").parent
        for package in (noto_cjk_sans_jp_regular, noto_cjk_sans_jp_bold)
    ]
    for folder in (*own, *shipped):
        vl_convert.register_font_directory(str(folder))
    return (*own, *shipped)


def svg_of(chart: Chart) -> str:
    return str(vl_convert.vegalite_to_svg(ready(chart), **manners()))


def png_of(chart: Chart) -> bytes:
    """Twice as many points as it is shown with, for paper."""
    return bytes(vl_convert.vegalite_to_png(ready(chart), scale=2, **manners()))


def ready(chart: Chart) -> dict[str, Any]:
    """The specification with colours and a width."""
    font_folders()
    spec: dict[str, Any] = dyed(chart.spec)
    return {**spec, "width": WIDTH, "config": LOOK}


def dyed(part: Any) -> Any:
    """Every `@role` replaced by its colour."""
    if isinstance(part, str) and part.startswith("@"):
        return COLOURS.get(part[1:], COLOURS["none"])
    if isinstance(part, dict):
        return {key: dyed(inner) for key, inner in part.items()}
    return [dyed(inner) for inner in part] if isinstance(part, list) else part


def manners() -> dict[str, Any]:
    """Dates as the language writes them; nothing is fetched from anywhere."""
    locale = "ja-JP" if get_language() == "ja" else "en-GB"
    return {"time_format_locale": locale, "allowed_base_urls": []}
