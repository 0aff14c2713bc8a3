"""CES: the share of answers that agree it was easy, 5 to 7 on a scale of 1 to 7 (SUR-3).

`ces = count(score >= 5) / count(valid)`, beside it the mean with a t interval. A reversed scale
of effort from 1 to 5 is turned round with `6 - x` and reported as a series of its own, on which
4 and 5 are easy. Scales are never mixed. Without answers there is no figure.
"""

from dataclasses import dataclass
from statistics import stdev

from lib.rates import Rate
from metrics.intervals import Interval, mean_interval, wilson


@dataclass(frozen=True)
class Scale:
    """The answers a question allows, and from where they count as easy."""

    highest: int
    easy_from: int


SEVEN = Scale(highest=7, easy_from=5)
FIVE = Scale(highest=5, easy_from=4)


@dataclass(frozen=True)
class Ces:
    rate: Rate
    interval: Interval | None
    mean: float | None
    deviation: float | None
    mean_interval: Interval | None


def eased(effort_scores: list[int]) -> list[int]:
    """Answers about effort (1 little, 5 much) as answers about ease."""
    return [6 - score for score in effort_scores]


def ces(scores: list[int], scale: Scale = SEVEN) -> Ces:
    """The figure of valid answers on one scale."""
    n = len(scores)
    easy = sum(score >= scale.easy_from for score in scores)
    mean = sum(scores) / n if n else None
    deviation = stdev(scores) if n > 1 else None
    return Ces(
        rate=Rate(easy, n, "" if n else "no_data"),
        interval=wilson(easy, n),
        mean=mean,
        deviation=deviation,
        mean_interval=None
        if mean is None or deviation is None
        else mean_interval(mean, deviation, n),
    )
