"""CSAT: the share of answers that are 4 or 5 on a scale of 1 to 5 (SUR-1).

`csat = count(score in {4, 5}) / count(valid)`. Valid are whole numbers from 1 to 5. The mean stands
beside it as a second figure and is never called CSAT. Without answers there is no figure. Which
answers count over a period is told in metrics/loyalty/answers.py.
"""

from dataclasses import dataclass

from lib.rates import Rate
from metrics.intervals import FEWEST_FOR_A_PERCENTAGE, WIDEST_SHARE, Interval, wilson

SATISFIED = (4, 5)


@dataclass(frozen=True)
class Csat:
    rate: Rate
    interval: Interval | None
    mean: float | None

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


def csat(scores: list[int]) -> Csat:
    """CSAT of valid scores, one for each interaction."""
    n = len(scores)
    satisfied = sum(score in SATISFIED for score in scores)
    return Csat(
        rate=Rate(satisfied, n, "" if n else "no_data"),
        interval=wilson(satisfied, n),
        mean=sum(scores) / n if n else None,
    )
