"""Scales of the kinds of question, and what a score on them means (SUR-1 to SUR-3).

The names promoter, passive and detractor are ours; respondents never read them.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from surveys.models import Survey

_DIGITS = re.compile(r"[0-9]{1,2}")


class Category(StrEnum):
    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"


@dataclass(frozen=True)
class Scale:
    """Whole numbers from `low` to `high`; up to `weak_to` is bad, from `strong_from` good.

    `is_reversed`: the lowest answer is the best one. Borders are those of the scale turned round.
    """

    low: int
    high: int
    weak_to: int
    strong_from: int
    is_reversed: bool = False

    @property
    def scores(self) -> range:
        return range(self.low, self.high + 1)

    def category(self, score: int) -> Category:
        good = self.low + self.high - score if self.is_reversed else score
        if good >= self.strong_from:
            return Category.PROMOTER
        return Category.DETRACTOR if good <= self.weak_to else Category.PASSIVE

    def read(self, text: str) -> int | None:
        """A score as it came from a form or a link; None for anything that is not exactly one."""
        if not _DIGITS.fullmatch(text):
            return None
        return int(text) if int(text) in self.scores else None


SCALES = {
    Survey.Kind.NPS: Scale(0, 10, weak_to=6, strong_from=9),
    Survey.Kind.CSAT: Scale(1, 5, weak_to=2, strong_from=4),
    Survey.Kind.CES: Scale(1, 7, weak_to=3, strong_from=5),
    Survey.Kind.EFFORT: Scale(1, 5, weak_to=2, strong_from=4, is_reversed=True),
}


def scale_of(survey: Survey) -> Scale:
    return SCALES[Survey.Kind(survey.kind)]
