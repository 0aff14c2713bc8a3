"""Lifetime value of subscriptions: ARPA × gross margin / monthly churn (LTV-2, LTV-3).

Churn is the monthly logo churn pooled over twelve months: customers lost / customer-months. Its
range comes from Wilson's interval of that share, turned over. Beside the point stands the value
within a horizon, because few losses say little about the far end. Without any loss there is no
point, only "at least". Net revenue churn is never the divisor.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from lib.rates import Rate
from metrics.intervals import Interval, wilson

HORIZON_MONTHS = 60


@dataclass(frozen=True)
class SubscriptionValue:
    """`point` is None and `flag` says why where nobody left or nobody was there."""

    churn: Rate
    churn_interval: Interval | None
    point: float | None
    interval: Interval | None
    at_least: float | None
    within_horizon: float | None
    flag: str = ""

    @property
    def lifetime_months(self) -> float | None:
        share = self.churn.value
        return 1 / float(share) if share else None


def subscription_value(
    arpa: Decimal, gross_margin: Decimal, *, lost: int, customer_months: int,
    horizon: int = HORIZON_MONTHS,
) -> SubscriptionValue:  # fmt: skip
    """Point, range and value within `horizon` months, in the currency of `arpa`."""
    monthly = float(arpa * gross_margin)
    churn = Rate(lost, customer_months, "" if customer_months else "no_data")
    interval = wilson(lost, customer_months)
    if interval is None:
        return SubscriptionValue(churn, None, None, None, None, None, "no_data")
    if lost == 0:
        return SubscriptionValue(
            churn, interval, None, None, monthly / interval.high, monthly * horizon, "zero_churn"
        )
    share = lost / customer_months
    return SubscriptionValue(
        churn,
        interval,
        point=monthly / share,
        interval=Interval(monthly / interval.high, monthly / interval.low),
        at_least=monthly / interval.high,
        within_horizon=monthly * (1 - (1 - share) ** horizon) / share,
    )


def discounted_value(
    monthly_margin: float, retention: float, discount: float, months: int
) -> float:
    """Payments at the start of each month, worth less later: Σ margin·r^t/(1+d)^t."""
    step = retention / (1 + discount)
    if math.isclose(step, 1):
        return monthly_margin * months
    return monthly_margin * (1 - step**months) / (1 - step)


def discounted_along(monthly_margin: float, survival: list[float], discount: float) -> float:
    """The same along a survival curve S(0), S(1), … as of sBG or Kaplan-Meier."""
    return monthly_margin * sum(s / (1 + discount) ** t for t, s in enumerate(survival))
