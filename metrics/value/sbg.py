"""Shifted beta-geometric: contracts renewed at fixed steps (Fader and Hardie 2007, LTV-4).

Each customer renews with a probability of its own, drawn from a beta distribution, so that the
retention of a cohort rises with age though nobody changes:
`P(1) = α/(α+β)`, `P(t) = P(t-1)·(β+t-2)/(α+β+t-1)`, `r(t) = (β+t-1)/(α+β+t-1)`.
Fitted by maximum likelihood over who was at risk and who was lost at each step. To be used with
five steps and a hundred customers or more; at α ≤ 1 the mean lifetime is infinite, so values are
always discounted or capped.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import mul

from metrics.intervals import Interval, Z

FEWEST_STEPS = 5
FEWEST_CUSTOMERS = 100
# A discounted lifetime is a sum that ends where nothing is added any more.
LAST_TERM = 1e-13
MOST_TERMS = 200_000
# Between these logarithms a parameter is sought; beyond, all customers are the same.
FARTHEST = 15.0
ALL_ALIKE = 10_000
# How far a logarithm is moved to see what depends on it.
STEP = 1e-5


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    alpha: float
    beta: float
    log_likelihood: float = float("nan")
    # Variances and covariance of the logarithms of α and β; None where they are not known.
    spread: tuple[float, float, float] | None = None

    @property
    def is_constant(self) -> bool:
        """All customers leave alike: the parameters grow without bound and mean nothing."""
        return self.alpha + self.beta > ALL_ALIKE

    def loss(self, step: int) -> float:
        """P(step): the share of the first cohort lost at that renewal, 1 is the first."""
        return self.survival(step - 1) - self.survival(step)

    def retention(self, step: int) -> float:
        return (self.beta + step - 1) / (self.alpha + self.beta + step - 1)

    def survival(self, step: int) -> float:
        """S(step): the share still there after that many renewals, S(0) = 1."""
        return math.prod(self.retention(number) for number in range(1, step + 1))

    def survivals(self, steps: int) -> list[float]:
        """S(0), S(1) … of so many steps, at least one."""
        factors = map(self.retention, range(1, steps))
        return list(accumulate(factors, mul, initial=1.0))

    def residual_lifetime(self, renewals_made: int, discount: float) -> float:
        """Discounted expected renewals to come, seen just before the next one (DERL)."""
        kept = self.retention(renewals_made + 1)
        return kept * self._discounted(renewals_made + 1, discount)

    def lifetime_from_start(self, discount: float) -> float:
        """Discounted expected payments of a new customer, the first one now."""
        return self._discounted(0, discount)

    def _discounted(self, renewals_made: int, discount: float) -> float:
        """Payments of who has renewed so often, the present one included."""
        total, term = 0.0, 1.0
        for step in range(renewals_made + 1, renewals_made + MOST_TERMS):
            total += term
            term *= self.retention(step) / (1 + discount)
            if term < LAST_TERM * total:
                break
        return total


def fit_at_risk(at_risk: Sequence[float], lost: Sequence[float]) -> ShiftedBetaGeometric:
    """The likeliest α and β for those at risk and lost at the steps 1, 2, 3 …

    Customers may come and go in between.
    A renewal fails at step t with α/(α+β+t-1): Newton's method on the logarithms of α and β, its
    steps halved until the likelihood grows.
    """
    u = v = 0.0
    best = _likelihood(u, v, at_risk, lost)
    for _round in range(200):
        du, dv = _newton_step(u, v, at_risk, lost)
        share = 1.0
        while share > 1e-12:
            nu, nv = _within(u + share * du), _within(v + share * dv)
            found = _likelihood(nu, nv, at_risk, lost)
            if found > best:
                break
            share /= 2
        else:
            break
        u, v, best = nu, nv, found
    return ShiftedBetaGeometric(math.exp(u), math.exp(v), best, _spread(u, v, at_risk, lost))


def _within(log: float) -> float:
    return max(-FARTHEST, min(FARTHEST, log))


def _likelihood(u: float, v: float, at_risk: Sequence[float], lost: Sequence[float]) -> float:
    a, b = math.exp(u), math.exp(v)
    total = sum(lost) * u
    for step, (watched, gone) in enumerate(zip(at_risk, lost, strict=True)):
        total += (watched - gone) * math.log(b + step) - watched * math.log(a + b + step)
    return total


def _newton_step(
    u: float, v: float, at_risk: Sequence[float], lost: Sequence[float]
) -> tuple[float, float]:
    """Where the parabola through this point has its top; uphill where it has none."""
    slope_u, slope_v, uu, vv, uv = _slopes(u, v, at_risk, lost)
    area = uu * vv - uv * uv
    if uu < 0 and area > 0:
        return (uv * slope_v - vv * slope_u) / area, (uv * slope_u - uu * slope_v) / area
    size = math.hypot(slope_u, slope_v) or 1.0
    return slope_u / size, slope_v / size


def _slopes(
    u: float, v: float, at_risk: Sequence[float], lost: Sequence[float]
) -> tuple[float, float, float, float, float]:
    """First and second derivatives of the log-likelihood by the logarithms u of α and v of β."""
    a, b, losses = math.exp(u), math.exp(v), sum(lost)
    first = [watched / (a + b + step) for step, watched in enumerate(at_risk)]
    kept = [w - gone for w, gone in zip(at_risk, lost, strict=True)]
    down = sum(first)
    bend = sum(part / (a + b + step) for step, part in enumerate(first))
    slope_u = a * (losses / a - down)
    slope_v = b * (sum(k / (b + step) for step, k in enumerate(kept)) - down)
    uu = a * a * (bend - losses / (a * a)) + slope_u
    vv = b * b * (bend - sum(k / (b + step) ** 2 for step, k in enumerate(kept))) + slope_v
    return slope_u, slope_v, uu, vv, a * b * bend


def _spread(
    u: float, v: float, at_risk: Sequence[float], lost: Sequence[float]
) -> tuple[float, float, float] | None:
    """The inverse of the bend of the likelihood at its top."""
    _slope_u, _slope_v, uu, vv, uv = _slopes(u, v, at_risk, lost)
    area = uu * vv - uv * uv
    return (-vv / area, -uu / area, uv / area) if uu < 0 and area > 0 else None


def likely_range(
    model: ShiftedBetaGeometric, read: Callable[[ShiftedBetaGeometric], float]
) -> Interval | None:
    """95 % range of what is read off a model, from the bend of its likelihood (delta method).

    For positive readings; None where all customers are alike, since then nothing bends.
    """
    value = read(model)
    if model.spread is None or model.is_constant or value <= 0:
        return None
    moved = (
        replace(model, alpha=model.alpha * math.exp(STEP)),
        replace(model, beta=model.beta * math.exp(STEP)),
    )
    du, dv = (math.log(read(each) / value) / STEP for each in moved)
    uu, vv, uv = model.spread
    half = Z * math.sqrt(max(0.0, du * du * uu + dv * dv * vv + 2 * du * dv * uv))
    return Interval(value * math.exp(-half), value * math.exp(half))
