"""One normalised form for search, so that ｻｸﾗ, サクラ and さくら find each other."""

import unicodedata

_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def search_key(*texts: str) -> str:
    """NFKC, lower case, katakana as hiragana, single spaces."""
    joined = unicodedata.normalize("NFKC", " ".join(text for text in texts if text))
    return " ".join(joined.casefold().translate(_KATAKANA_TO_HIRAGANA).split())
