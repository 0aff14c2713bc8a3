"""The company at the end of a day: customers, money, health and NPS in one row for the trends."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from metrics.health.inputs import IS_ACTIVE
from metrics.models import CompanyDay
from metrics.nps import nps_on

COUNT = f"""
    INSERT INTO metrics_companyday (day, customers, paying_customers, mrr, mrr_at_risk, green,
        amber, red, unscored, promoters, passives, detractors)
    SELECT %(day)s, count(*), count(*) FILTER (WHERE s.mrr > 0), coalesce(sum(s.mrr), 0),
        coalesce(sum(s.mrr) FILTER (WHERE s.health_band = 'red'), 0),
        count(*) FILTER (WHERE s.health_band = 'green'),
        count(*) FILTER (WHERE s.health_band = 'amber'),
        count(*) FILTER (WHERE s.health_band = 'red'),
        count(*) FILTER (WHERE coalesce(s.health_band, 'none') = 'none'),
        %(promoters)s, %(passives)s, %(detractors)s
    FROM customers_customer c LEFT JOIN metrics_snapshot s ON s.customer_id = c.id
    WHERE {IS_ACTIVE}
    ON CONFLICT (day) DO NOTHING
"""


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
    promoters: int
    passives: int
    detractors: int


def company_trend(start: date, end: date) -> list[CompanyPoint]:
    """The closed days of `[start, end)`, oldest first; days never closed are left out."""
    fields = [field.name for field in CompanyDay._meta.concrete_fields]
    rows = CompanyDay.objects.filter(day__gte=start, day__lt=end).order_by("day").values(*fields)
    return [CompanyPoint(**row) for row in rows]


def close_company_day(day: date) -> None:
    """Sum up the snapshots the night has just written. A day that was closed stays as it is."""
    nps = nps_on(day)
    answers = {name: getattr(nps, name) for name in ("promoters", "passives", "detractors")}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"day": day, **answers})
