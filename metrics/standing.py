"""Where we stand: customers, annual revenue, what of it is at risk, and NPS.

The company's figures are those of the last closed day; somebody's own are summed from the
snapshots of her customers. ARR is twelve times MRR (REV-7), at risk is what red customers pay.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.models import User
from customers.models import Customer
from lib.rates import Rate
from metrics.models import CompanyDay, HealthScore, RevenueMovement, Snapshot
from metrics.nps import Nps, nps_on
from surveys.models import Response

TREND_DAYS = 91


@dataclass(frozen=True)
class Trend:
    """Figures of the last quarter, oldest first; empty where nobody kept them."""

    customers: list[int] = field(default_factory=list)
    arr: list[Decimal] = field(default_factory=list)
    at_risk: list[Decimal] = field(default_factory=list)
    nps: list[Decimal | None] = field(default_factory=list)


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
    """The last closed day up to a day, with the quarter before it. None before the first night."""
    first = day - timedelta(days=TREND_DAYS)
    days = list(CompanyDay.objects.filter(day__gt=first, day__lte=day).order_by("day"))
    if not days:
        return None
    last = days[-1]
    return Standing(
        day=last.day,
        customers=last.customers,
        arr=last.mrr * 12,
        at_risk=last.mrr_at_risk * 12,
        red=last.red,
        nps=nps_of_day(last),
        trend=Trend(
            customers=[point.customers for point in days],
            arr=[point.mrr * 12 for point in days],
            at_risk=[point.mrr_at_risk * 12 for point in days],
            nps=[nps_of_day(point).value for point in days],
        ),
    )


def nps_of_day(point: CompanyDay) -> Nps:
    return Nps(point.promoters, point.passives, point.detractors)


def own_standing(csm: User, day: date) -> Standing:
    """The same for the customers of one CSM, as her snapshots say."""
    active = Q(churned_on__isnull=True) | Q(churned_on__gt=day)
    mine = Customer.objects.accepted().filter(active, csm=csm)
    sums = Snapshot.objects.filter(customer__in=mine).aggregate(
        arr=Sum("annual_value", default=Decimal(0)),
        at_risk=Sum("annual_value", filter=Q(health_band=HealthScore.Band.RED), default=Decimal(0)),
        red=Count("pk", filter=Q(health_band=HealthScore.Band.RED)),
    )
    return Standing(
        day=day,
        customers=mine.count(),
        nps=nps_on(day, Response.objects.filter(customer__csm=csm)),
        trend=Trend(customers=own_customers(csm, day), arr=own_arr(csm, day, sums["arr"])),
        **sums,
    )


def own_arr(csm: User, day: date, now: Decimal) -> list[Decimal]:
    """Backwards from today's value over the movements that were booked."""
    first = day - timedelta(days=TREND_DAYS - 1)
    booked = RevenueMovement.objects.filter(customer__csm=csm, day__gt=first, day__lte=day)
    changes = dict(booked.order_by().values_list("day").annotate(Sum("amount")))
    values = [now]
    for back in range(TREND_DAYS - 1):
        values.append(values[-1] - changes.get(day - timedelta(days=back), Decimal(0)))
    return values[::-1]


def own_customers(csm: User, day: date) -> list[int]:
    """How many of the customers she has today or had were customers on each day."""
    first = day - timedelta(days=TREND_DAYS - 1)
    spans = (
        Customer.objects.accepted()
        .filter(csm=csm)
        .filter(Q(churned_on__isnull=True) | Q(churned_on__gt=first))
    )
    steps: Counter[int] = Counter()
    for started, churned in spans.values_list("started_on", "churned_on"):
        steps[max(0, (started - first).days) if started else 0] += 1
        if churned:
            steps[(churned - first).days] -= 1
    counts, running = [], 0
    for index in range(TREND_DAYS):
        running += steps[index]
        counts.append(running)
    return counts
