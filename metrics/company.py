"""The company at the end of a day: customers, money and health in one row for the trends."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from metrics.models import CompanyDay


@dataclass(frozen=True)
class CompanyPoint:
    day: date
    customers: int
    paying_customers: int
    mrr: Decimal
    mrr_at_risk: Decimal
    green: int
    amber: int
    red: int
    unscored: int


def company_trend(start: date, end: date) -> list[CompanyPoint]:
    """The closed days of `[start, end)`, oldest first; days never closed are left out."""
    fields = [field.name for field in CompanyDay._meta.concrete_fields]
    rows = CompanyDay.objects.filter(day__gte=start, day__lt=end).order_by("day").values(*fields)
    return [CompanyPoint(**row) for row in rows]
