"""Scores for lists and charts: the snapshot of customers, the history of one, the distribution."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from customers.models import Customer
from customers.querysets import CustomerQuerySet
from metrics.models import HealthScore

Band = HealthScore.Band


@dataclass(frozen=True)
class HealthPoint:
    day: date
    score: Decimal | None
    band: str
    coverage: Decimal
    scorecard_version: int


@dataclass(frozen=True)
class HealthDistribution:
    """How many customers are in each band, and the MRR behind the red ones."""

    green: int
    amber: int
    red: int
    unscored: int
    mrr_at_risk: Decimal

    @property
    def total(self) -> int:
        return self.green + self.amber + self.red + self.unscored


def with_latest_health(customers: CustomerQuerySet) -> QuerySet[Customer]:
    """The customers with `customer.snapshot` in the same query; it may be missing."""
    return customers.select_related("snapshot")


def health_history(customer_id: int, start: date, end: date) -> list[HealthPoint]:
    """The scores of `[start, end)` as they were believed then, oldest first."""
    rows = HealthScore.objects.filter(
        customer_id=customer_id, day__gte=start, day__lt=end
    ).order_by("day")
    fields = ("day", "score", "band", "coverage", "scorecard_version")
    return [HealthPoint(*row) for row in rows.values_list(*fields)]


def health_distribution(customers: CustomerQuerySet) -> HealthDistribution:
    """Of the given customers, for example those visible to somebody and active today."""
    counts = customers.order_by().aggregate(
        green=Count("pk", filter=Q(snapshot__health_band=Band.GREEN)),
        amber=Count("pk", filter=Q(snapshot__health_band=Band.AMBER)),
        red=Count("pk", filter=Q(snapshot__health_band=Band.RED)),
        total=Count("pk"),
        mrr_at_risk=Sum(
            F("snapshot__mrr"), filter=Q(snapshot__health_band=Band.RED), default=Decimal(0)
        ),
    )
    total = counts.pop("total")
    unscored = total - counts["green"] - counts["amber"] - counts["red"]
    return HealthDistribution(unscored=unscored, **counts)
