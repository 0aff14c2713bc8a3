"""MRR and its movements, read from the ledger (REV-2).

opening + new + reactivation + expansion − contraction − churn ± fx = closing, for every period.
MRR is a twelfth of the annual values the ledger keeps; figures are not rounded here. Amounts are
in the reporting currency; losses are given as positive amounts.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from lib.days import add_months, month_start
from metrics.models import RevenueMovement

Kind = RevenueMovement.Kind
# Whether a line of the ledger made a customer pay (1), stop paying (-1), or neither. Up to the end
# of a day these come to 1 for who pays then and to 0 for everybody else.
TURN = "((balance > 0)::int - (balance > amount)::int)"
TURNS = "(balance > 0) <> (balance > amount)"


@dataclass(frozen=True)
class Movements:
    """The waterfall of a period `[start, end)`, with how many customers stand behind each step."""

    start: date
    end: date
    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    fx: Decimal
    customers: dict[str, int]
    # MRR of customers who came under the traits or the plan asked about, less of those who left.
    moved: Decimal = Decimal(0)

    def times(self, rate: Decimal) -> "Movements":
        """The same steps in another currency."""
        amounts = {
            field.name: getattr(self, field.name) * rate
            for field in fields(self)
            if isinstance(getattr(self, field.name), Decimal)
        }
        return replace(self, **amounts)

    @property
    def gained(self) -> Decimal:
        return self.new + self.reactivation + self.expansion

    @property
    def lost(self) -> Decimal:
        return self.contraction + self.churn

    @property
    def closing(self) -> Decimal:
        return self.opening + self.gained - self.lost + self.fx + self.moved


def movements_between(
    start: date, end: date, ledger: QuerySet[RevenueMovement] | None = None
) -> Movements:
    """The movements booked in `[start, end)`. An empty ledger gives zeros."""
    booked = RevenueMovement.objects.all() if ledger is None else ledger
    inside = booked.filter(day__gte=start, day__lt=end).order_by()
    rows = {
        kind: (annual, customers)
        for kind, annual, customers in inside.values("kind")
        .annotate(annual=Sum("amount"), customers=Count("customer_id", distinct=True))
        .values_list("kind", "annual", "customers")
    }
    steps = {
        kind.value: abs(_monthly(rows.get(kind.value, (0, 0))[0]))
        for kind in Kind
        if kind != Kind.FX
    }
    return Movements(
        start=start,
        end=end,
        opening=_annual(booked.filter(day__lt=start)) / 12,
        fx=_monthly(rows.get(Kind.FX.value, (0, 0))[0]),
        customers={kind: customers for kind, (_amount, customers) in rows.items()},
        **steps,
    )


def month_movements(month: date, ledger: QuerySet[RevenueMovement] | None = None) -> Movements:
    """The waterfall of the month a day lies in, as far as its days are booked."""
    first = month_start(month)
    return movements_between(first, add_months(first, 1), ledger)


@dataclass(frozen=True)
class RevenuePoint:
    day: date
    mrr: Decimal


def mrr_history(customer_id: int, until: date) -> list[RevenuePoint]:
    """Each day the MRR of one customer changed, oldest first, with its MRR from then on."""
    steps = (
        RevenueMovement.objects.filter(customer_id=customer_id, day__lte=until)
        .order_by("day")
        .values("day")
        .annotate(amount=Sum("amount"))
    )
    points, balance = [], Decimal(0)
    for step in steps:
        balance += step["amount"]
        points.append(RevenuePoint(step["day"], balance / 12))
    return points


def _annual(booked: QuerySet[RevenueMovement]) -> Decimal:
    return booked.aggregate(annual=Sum("amount", default=Decimal(0)))["annual"]


def _monthly(annual: Decimal | int) -> Decimal:
    return Decimal(annual) / 12
