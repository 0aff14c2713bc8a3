"""One normalised form for search, so that ｻｸﾗ, サクラ and さくら find each other.

A word may stand anywhere in a name, because Japanese names have no spaces. So an index keeps the
pairs of letters that stand side by side; trigrams would not help with a word of two, like 東京.
"""

import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField

_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def search_key(*texts: str) -> str:
    """NFKC, lower case, katakana as hiragana, single spaces."""
    joined = unicodedata.normalize("NFKC", " ".join(text for text in texts if text))
    return " ".join(joined.casefold().translate(_KATAKANA_TO_HIRAGANA).split())


class LetterPairs(Func):
    """The pairs of letters of a search text, without those across words; a function of ours."""

    function = "letter_pairs"
    arity = 1
    output_field = ArrayField(TextField())
