"""`python -m config.assets`: makes what is built, not written: charts bundle and translations."""

from pathlib import Path

import polib
import vl_convert

ROOT = Path(__file__).resolve().parent.parent
SNIPPET = "window.vegaEmbed = vegaEmbed;\n"
VEGA_LITE = "6.4"


def build_charts() -> None:
    """Vega, Vega-Lite and the embedder as one file, the same that reports are drawn with."""
    folder = ROOT / "static" / "built"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vega.js").write_text(vl_convert.javascript_bundle(SNIPPET, vl_version=VEGA_LITE))


def compile_translations() -> None:
    """`.po` to `.mo` without gettext, which a fresh machine lacks."""
    for source in (ROOT / "locale").glob("*/LC_MESSAGES/*.po"):
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


if __name__ == "__main__":
    build_charts()
    compile_translations()
