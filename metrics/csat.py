"""CSAT: the share of answers that are 4 or 5 on a scale of 1 to 5 (SUR-1).

`csat = count(score in {4, 5}) / count(valid)`. Valid are whole numbers from 1 to 5; others are
counted as rejected. The unit is the interaction: of several answers about one ticket the last
counts, and several tickets of one contact all count. The mean stands beside it as a second
figure and is never called CSAT. Without answers there is no figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lib.rates import Rate
from metrics.intervals import FEWEST_FOR_A_PERCENTAGE, WIDEST_SHARE, Interval, wilson

SATISFIED = (4, 5)
SCALE = range(1, 6)


@dataclass(frozen=True)
class Answer:
    """One answer about one interaction; the score as it was given."""

    interaction: str
    answered_at: datetime
    score: int | None


@dataclass(frozen=True)
class Csat:
    rate: Rate
    interval: Interval | None
    mean: float | None
    rejected: int = 0
    superseded: int = 0

    @property
    def n(self) -> int:
        return int(self.rate.denominator)

    @property
    def flag(self) -> str:
        """`no_data`, `insufficient_n`, `low_confidence` or nothing (GEN-7)."""
        if self.interval is None:
            return "no_data"
        if self.n < FEWEST_FOR_A_PERCENTAGE:
            return "insufficient_n"
        return "low_confidence" if self.interval.width > WIDEST_SHARE else ""


def csat_of_answers(answers: Iterable[Answer]) -> Csat:
    """CSAT with the last valid answer of each interaction."""
    latest: dict[str, int] = {}
    rejected = superseded = 0
    for answer in sorted(answers, key=lambda given: given.answered_at):
        if answer.score not in SCALE:
            rejected += 1
            continue
        superseded += answer.interaction in latest
        latest[answer.interaction] = int(answer.score or 0)
    figure = csat(list(latest.values()))
    return Csat(figure.rate, figure.interval, figure.mean, rejected, superseded)


def csat(scores: list[int]) -> Csat:
    """CSAT of valid scores, one for each interaction."""
    n = len(scores)
    satisfied = sum(score in SATISFIED for score in scores)
    return Csat(
        rate=Rate(satisfied, n, "" if n else "no_data"),
        interval=wilson(satisfied, n),
        mean=sum(scores) / n if n else None,
    )
