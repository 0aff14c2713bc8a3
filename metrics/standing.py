"""Where we stand: customers, annual revenue, what of it is at risk, and NPS.

All are figures of the last closed day with the quarter before it, of the company or of the people
asked for: what each of them looked after on each of those days. ARR is twelve times MRR (REV-7),
at risk is what red customers pay. NPS follows who looks after the customer who answered.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from lib.rates import Rate
from metrics.models import CompanyDay, CsmDay
from metrics.nps import Nps

TREND_DAYS = 91
COLUMNS = ("customers", "mrr", "mrr_at_risk", "red", "promoters", "passives", "detractors")


class Point(NamedTuple):
    """The end of one day, in the order of `COLUMNS`."""

    day: date
    customers: int
    mrr: Decimal
    mrr_at_risk: Decimal
    red: int
    promoters: int
    passives: int
    detractors: int

    @property
    def nps(self) -> Nps:
        return Nps(self.promoters, self.passives, self.detractors)


@dataclass(frozen=True)
class Trend:
    """Figures of the last quarter, oldest first."""

    customers: list[int]
    arr: list[Decimal]
    at_risk: list[Decimal]
    nps: list[Decimal | None]


@dataclass(frozen=True)
class Standing:
    day: date
    customers: int
    arr: Decimal
    at_risk: Decimal
    red: int
    nps: Nps
    trend: Trend

    @property
    def at_risk_rate(self) -> Rate:
        return Rate(self.at_risk, self.arr)


def company_standing(day: date) -> Standing | None:
    """None before the first night."""
    return _standing(CompanyDay.objects.values_list("day", *COLUMNS), day)


def standing_of(people: list[int], day: date) -> Standing | None:
    """The sum of some CSMs, by their ids. None before the first night, and without customers."""
    theirs = CsmDay.objects.filter(csm__in=people).values("day")
    return _standing(theirs.values_list("day", *(Sum(name) for name in COLUMNS)), day)


def _standing(rows: "QuerySet[Any, tuple[Any, ...]]", day: date) -> Standing | None:
    first = day - timedelta(days=TREND_DAYS)
    within = rows.filter(day__gt=first, day__lte=day).order_by("day")
    points = [Point(*row) for row in within]
    if not points:
        return None
    last = points[-1]
    return Standing(
        day=last.day,
        customers=last.customers,
        arr=last.mrr * 12,
        at_risk=last.mrr_at_risk * 12,
        red=last.red,
        nps=last.nps,
        trend=Trend(
            customers=[point.customers for point in points],
            arr=[point.mrr * 12 for point in points],
            at_risk=[point.mrr_at_risk * 12 for point in points],
            nps=[point.nps.value for point in points],
        ),
    )
