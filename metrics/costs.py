"""What it costs to keep customers and to win them (COST-1 to COST-4).

CRC = Σ cost lines × their retention share. Per customer it is divided by the customers *retained*
over the period, beside it by the average number of customers, and as a share of average ARR.
CAC = acquisition spend / *new* customers of the same period; won-back ones are not new.
LTV:CAC uses the value in margin. Payback = CAC / (ARPA of new customers × gross margin), in
months. An empty divisor gives no figure, never zero or infinity.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from lib.rates import Rate, ratio


@dataclass(frozen=True)
class Cost:
    """An amount in the reporting currency and which part of it serves retention (0 to 1)."""

    amount: Decimal
    retention_share: Decimal


@dataclass(frozen=True)
class RetentionCost:
    total: Decimal
    per_retained_customer: Rate
    per_average_customer: Rate
    share_of_arr: Rate


def retention_cost(
    costs: Iterable[Cost], *, customers_retained: int, customers_start: int = 0,
    customers_end: int = 0, average_arr: Decimal = Decimal(0),
) -> RetentionCost:  # fmt: skip
    """The retention cost of a period in total and in its three readings."""
    total = sum((cost.amount * cost.retention_share for cost in costs), Decimal(0))
    average = Decimal(customers_start + customers_end) / 2
    return RetentionCost(
        total,
        Rate(total, customers_retained, "" if customers_retained else "nobody_retained"),
        Rate(total, average, "" if average else "no_data"),
        Rate(total, average_arr, "" if average_arr else "no_data"),
    )


def acquisition_cost(spend: Decimal, new_customers: int) -> Rate:
    """CAC in the currency of the spend."""
    return Rate(spend, new_customers, "" if new_customers else "nobody_won")


def value_to_cost(value: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """LTV:CAC; None where either is missing."""
    return None if value is None or cost is None else ratio(value, cost)


def payback_months(cost: Decimal, monthly_revenue: Decimal, gross_margin: Decimal) -> Rate:
    """Months until the margin of new revenue has paid `cost`; reason `never` without margin."""
    margin = monthly_revenue * gross_margin
    return Rate(cost, margin) if margin > 0 else Rate(cost, 0, "never")
