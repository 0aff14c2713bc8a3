"""How sure a figure is: intervals for shares, means and differences, 95 % unless told.

They speak of sampling noise only; who chose to answer is not in them (GEN-7). All take and
return plain floats: an interval is a judgement, not an amount of money.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

Spread = Literal["share", "around", "above zero"]
Z = NormalDist().inv_cdf(0.975)
FEWEST_FOR_A_PERCENTAGE = 5
WIDEST_SHARE = 0.20
WIDEST_NPS = 40.0
FREEDOM_OF_SERIES = 500


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    def scaled(self, factor: float) -> "Interval":
        return Interval(self.low * factor, self.high * factor)


def wilson(successes: int, n: int, z: float = Z) -> Interval | None:
    """Wilson's score interval of a share, 0 to 1; None without answers.

    Brown, Cai and DasGupta (2001) recommend it; it stays honest at 0 and at n successes.
    """
    if n == 0:
        return None
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At the ends the formula is exact; floating point is not.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(low, high)


def newcombe(before: tuple[int, int], after: tuple[int, int]) -> Interval | None:
    """Interval of the difference of two shares (after - before), from two Wilson intervals.

    Each argument is (successes, n).
    """
    first, second = wilson(*before), wilson(*after)
    if first is None or second is None:
        return None
    p1, p2 = before[0] / before[1], after[0] / after[1]
    low = p2 - p1 - math.hypot(p2 - second.low, first.high - p1)
    high = p2 - p1 + math.hypot(second.high - p2, p1 - first.low)
    return Interval(low, high)


@dataclass(frozen=True)
class Change:
    """Whether a figure moved: the verdict, and what it rests on."""

    difference: float
    z: float
    p_value: float
    interval: Interval

    @property
    def verdict(self) -> str:
        """`higher`, `lower` or `no_evidence`: an arrow is drawn only for the first two."""
        if self.p_value >= 0.05:
            return "no_evidence"
        return "higher" if self.difference > 0 else "lower"


def share_change(before: tuple[int, int], after: tuple[int, int]) -> Change | None:
    """Pooled z test of two shares, with the Newcombe interval; None where one is empty."""
    interval = newcombe(before, after)
    if interval is None:
        return None
    (k1, n1), (k2, n2) = before, after
    pooled = (k1 + k2) / (n1 + n2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    difference = k2 / n2 - k1 / n1
    z = difference / error if error else 0.0
    return Change(difference, z, two_sided_p(z), interval)


def two_sided_p(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def student_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t for whole degrees of freedom, by halving its exact CDF.

    Of many degrees by its expansion around the normal one: the series has half as many terms.
    """
    if freedom > FREEDOM_OF_SERIES:
        return student_expansion(share, freedom)
    low, high = 0.0, 1000.0
    for _step in range(80):
        middle = (low + high) / 2
        if student_cdf(middle, freedom) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def student_expansion(share: float, freedom: int) -> float:
    """A&S 26.7.5, to within 1e-12 from 500 degrees of freedom on."""
    z = NormalDist().inv_cdf(share)
    corrections = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + sum(each / freedom**power for power, each in enumerate(corrections, start=1))


def student_cdf(t: float, freedom: int) -> float:
    """P(T <= t) for t >= 0: the finite series for whole degrees of freedom (A&S 26.7.3-4)."""
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    term, total = (cosine if freedom % 2 else 1.0), 0.0
    for step in range(2 + freedom % 2, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (step - 1) / step
    inside = (2 / math.pi) * (angle + sine * total) if freedom % 2 else sine * total
    return 0.5 + inside / 2


def mean_interval(mean: float, deviation: float, n: int) -> Interval | None:
    """t interval of a mean; None below two answers, and of equal ones: that is no certainty."""
    if n < 2 or not deviation:
        return None
    half = student_quantile(0.975, n - 1) * deviation / math.sqrt(n)
    return Interval(mean - half, mean + half)


def relative(value: float, error: float, spread: Spread) -> Interval:
    """Range of a positive value whose standard error is a share of it.

    Around it and not below zero, a share not above one; or by its logarithm, above zero.
    """
    half = Z * error
    if spread == "above zero":
        return Interval(value * math.exp(-half), value * math.exp(half))
    high = value * (1 + half)
    return Interval(max(0.0, value * (1 - half)), min(1.0, high) if spread == "share" else high)


def answers_for_margin(margin: float, share: float = 0.5) -> int:
    """Answers a share needs for a margin of ± `margin` (0 to 1)."""
    return math.ceil(share * (1 - share) * Z * Z / margin**2)


def answers_for_nps_margin(margin: float, variance: float = 1.0) -> int:
    """Answers an NPS needs for ± `margin` points; `variance` is that of one answer's sign."""
    return math.ceil(variance * Z * Z / (margin / 100) ** 2 - 3)
