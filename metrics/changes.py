"""Did a figure change? Tests of two periods, and how many were made at once (SUR-6).

NPS: the difference of the adjusted centres with its standard error. Shares: the pooled z test with
Newcombe's interval (metrics/intervals.py). Where many of the same people answered both times their
own changes decide: the mean change of signs, and McNemar's test for shares. A table of segments
makes many tests at once; Holm's rule keeps the chance of one false alarm at 5 %. All plain floats;
NPS in points, shares from -1 to 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.intervals import Change, Interval, Z, two_sided_p

# So many of the same people make a pair of periods worth comparing person by person.
FEWEST_PAIRS = 10
# Below so many changed minds McNemar's test is the exact one.
FEWEST_FOR_NORMAL = 25


@dataclass(frozen=True)
class Signs:
    """Answers as signs: `good` are +1, `bad` are -1."""

    n: int
    good: int
    bad: int


@dataclass(frozen=True)
class Pairs:
    """People who answered in both periods. `total` and `squares` are of their changes of sign;
    `gained` and `lost` are those who became, or ceased to be, a success of a share."""

    n: int
    total: int
    squares: int
    gained: int
    lost: int

    def suffice_for(self, before: int, after: int) -> bool:
        """At least ten, and half of the smaller period."""
        return self.n >= FEWEST_PAIRS and 2 * self.n >= min(before, after)


def nps_change(before: Signs, after: Signs) -> Change | None:
    """In points; None where nobody answered in one of the periods."""
    if not before.n or not after.n:
        return None
    (first, first_variance), (second, second_variance) = _adjusted(before), _adjusted(after)
    error = math.sqrt(first_variance + second_variance)
    return _judged(second - first, error)


def paired_nps_change(pairs: Pairs) -> Change | None:
    """The mean of what the same people changed, in points."""
    if pairs.n < 2:
        return None
    mean = pairs.total / pairs.n
    variance = (pairs.squares - pairs.n * mean * mean) / (pairs.n - 1)
    return _judged(100 * mean, 100 * math.sqrt(max(0.0, variance) / pairs.n))


def paired_share_change(pairs: Pairs) -> Change | None:
    """McNemar's test: exact while few changed their minds, else by the normal distribution."""
    if not pairs.n:
        return None
    moved, difference = pairs.gained + pairs.lost, pairs.gained - pairs.lost
    error = math.sqrt(moved - difference * difference / pairs.n) / pairs.n
    z = difference / math.sqrt(moved) if moved else 0.0
    p_value = two_sided_p(z) if moved >= FEWEST_FOR_NORMAL else _exact_p(pairs.gained, moved)
    share = difference / pairs.n
    return Change(share, z, p_value, Interval(share - Z * error, share + Z * error))


def _adjusted(signs: Signs) -> tuple[float, float]:
    """Centre and variance of the centre, in points: 3 more answers, 3/4 of them at each end."""
    n = signs.n + 3
    centre = (signs.good - signs.bad) / n
    spread = (signs.good + signs.bad + 1.5) / n - centre * centre
    return 100 * centre, 10_000 * spread / n


def _judged(difference: float, error: float) -> Change:
    z = difference / error if error else 0.0
    # Everybody moved by the same step: there is no noise that could explain it.
    p_value = 0.0 if not error and difference else two_sided_p(z)
    return Change(difference, z, p_value, Interval(difference - Z * error, difference + Z * error))


def _exact_p(gained: int, moved: int) -> float:
    """Two-sided binomial test of a fair coin."""
    fewer = min(gained, moved - gained)
    tail = sum(math.comb(moved, k) for k in range(fewer + 1)) / 2**moved
    return min(1.0, 2 * tail)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values as they count when all of these tests are made at once, in the same order."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def answers_to_see(difference: float, variance: float = 1.0, power_z: float = 0.8416) -> int:
    """Answers each period needs to see a change of NPS points at 95 % with a power of 80 %."""
    return max(0, math.ceil(variance * (Z + power_z) ** 2 / (difference / 100) ** 2 - 3))
