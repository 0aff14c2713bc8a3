"""Kaplan-Meier: the share of customers still there after t months, losses and all (LTV-6).

`S(t) = Π (1 - lost_i / at_risk_i)` over the months with losses; at equal months a loss comes
before a customer who was only watched so far. Greenwood's variance, log-log interval. Customers
who came into sight late (imported with an old start) are at risk only from then on. The curve
reports how many were at risk, so that a page can end the line below ten.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.intervals import Interval, Z


@dataclass(frozen=True)
class Step:
    """The curve from `month` on, until the next step."""

    month: float
    at_risk: int
    lost: int
    survival: float
    error: float

    @property
    def interval(self) -> Interval | None:
        """None where the curve reached 0 or never moved."""
        if not 0 < self.survival < 1:
            return None
        log = math.log(self.survival)
        spread = Z * self.error / (self.survival * -log)
        return Interval(
            math.exp(log * math.exp(spread)),
            math.exp(log * math.exp(-spread)),
        )


@dataclass(frozen=True)
class Curve:
    steps: tuple[Step, ...]
    longest: float

    def at(self, month: float) -> float:
        """S(month); 1 before the first loss."""
        place = bisect_right([step.month for step in self.steps], month)
        return self.steps[place - 1].survival if place else 1.0

    @property
    def median(self) -> float | None:
        """The first month at which half or fewer are left; None where the curve stays above."""
        return next((step.month for step in self.steps if step.survival <= 0.5 + 1e-12), None)

    def restricted_mean(self, horizon: float) -> float:
        """Mean lifetime within `horizon` months: the area under the curve."""
        area, since, level = 0.0, 0.0, 1.0
        for step in self.steps:
            if step.month >= horizon:
                break
            area += level * (step.month - since)
            since, level = step.month, step.survival
        return area + level * (horizon - since)


def kaplan_meier(
    durations: Sequence[float], lost: Sequence[bool], entered: Sequence[float] | None = None
) -> Curve:
    """The curve of customers watched for `durations` months; `lost` says who left then.

    `entered` is the month of life in which each came into sight, 0 for all without it. Sorting
    is all the work: 100,000 customers take well under a second.
    """
    leaving: dict[float, list[int]] = {}
    for duration, is_lost in zip(durations, lost, strict=True):
        counts = leaving.setdefault(duration, [0, 0])
        counts[0] += bool(is_lost)
        counts[1] += 1
    entries = sorted(entered) if entered is not None else []
    steps: list[Step] = []
    survival, variance_sum, gone = 1.0, 0.0, 0
    for month in sorted(leaving):
        losses, leavers = leaving[month]
        seen = bisect_right(entries, month - 1e-9) if entered is not None else len(durations)
        at_risk = seen - gone
        gone += leavers
        if not losses or at_risk <= 0:
            continue
        survival *= 1 - losses / at_risk
        if at_risk > losses:
            variance_sum += losses / (at_risk * (at_risk - losses))
        error = survival * math.sqrt(variance_sum)
        steps.append(Step(month, at_risk, losses, survival, error))
    return Curve(tuple(steps), max(durations, default=0.0))
