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
    """`came` and `went` say after which months how many came into sight and left it."""

    steps: tuple[Step, ...]
    longest: float
    came: tuple[tuple[float, int], ...] = ()
    went: tuple[tuple[float, int], ...] = ()

    @property
    def customers(self) -> int:
        """How many were watched at any time."""
        return sum(count for _since, count in self.came)

    def step_at(self, month: float) -> Step | None:
        """The step that rules in a month; None before the first loss."""
        place = bisect_right([step.month for step in self.steps], month)
        return self.steps[place - 1] if place else None

    def at(self, month: float) -> float:
        """S(month); 1 before the first loss."""
        step = self.step_at(month)
        return step.survival if step else 1.0

    def at_risk(self, month: float) -> int:
        """How many were watched up to a month, and could be lost then."""
        came = sum(count for since, count in self.came if since < month)
        return came - sum(count for until, count in self.went if until < month)

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
    durations: Sequence[float],
    lost: Sequence[bool],
    entered: Sequence[float] | None = None,
    counts: Sequence[int] | None = None,
) -> Curve:
    """The curve of customers watched for `durations` months; `lost` says who left then.

    `entered` is the month of life in which each came into sight, before its duration; without it
    all are watched from the start. `counts` says for how many customers a line stands, 1 without.
    """
    leaving: dict[float, list[int]] = {}
    entering: dict[float, int] = {}
    starts = [-1.0] * len(durations) if entered is None else entered
    weights = [1] * len(durations) if counts is None else counts
    for duration, is_lost, start, count in zip(durations, lost, starts, weights, strict=True):
        line = leaving.setdefault(duration, [0, 0])
        line[0] += count if is_lost else 0
        line[1] += count
        entering[start] = entering.get(start, 0) + count
    came = tuple(sorted(entering.items()))
    went = tuple((month, leavers) for month, (_losses, leavers) in sorted(leaving.items()))
    losses = {month: line[0] for month, line in leaving.items()}
    return Curve(_steps(came, went, losses), max(durations, default=0.0), came, went)


def _steps(
    came: Sequence[tuple[float, int]],
    went: Sequence[tuple[float, int]],
    losses: dict[float, int],
) -> tuple[Step, ...]:
    """The product over the months with losses."""
    steps: list[Step] = []
    survival, variance_sum, watched, place = 1.0, 0.0, 0, 0
    for month, leavers in went:
        while place < len(came) and came[place][0] < month:
            watched += came[place][1]
            place += 1
        at_risk, lost = watched, losses[month]
        watched -= leavers
        if not lost or at_risk <= 0:
            continue
        survival *= 1 - lost / at_risk
        if at_risk > lost:
            variance_sum += lost / (at_risk * (at_risk - lost))
        error = survival * math.sqrt(variance_sum)
        steps.append(Step(month, at_risk, lost, survival, error))
    return tuple(steps)
