"""The company, and each CSM, at the end of a day: customers, money, health and NPS in one row for
the trends.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from metrics.health.inputs import IS_ACTIVE
from metrics.models import CompanyDay
from metrics.nps import nps_by_csm

# One reading of the snapshots gives both: the whole, and the customers of each CSM.
COUNT = f"""
    WITH portfolio AS (
        SELECT c.csm_id, grouping(c.csm_id) = 1 AS is_whole, count(*) AS customers,
            count(*) FILTER (WHERE s.mrr > 0) AS paying, coalesce(sum(s.mrr), 0) AS mrr,
            coalesce(sum(s.mrr) FILTER (WHERE s.health_band = 'red'), 0) AS mrr_at_risk,
            count(*) FILTER (WHERE s.health_band = 'green') AS green,
            count(*) FILTER (WHERE s.health_band = 'amber') AS amber,
            count(*) FILTER (WHERE s.health_band = 'red') AS red,
            count(*) FILTER (WHERE coalesce(s.health_band, 'none') = 'none') AS unscored
        FROM customers_customer c LEFT JOIN metrics_snapshot s ON s.customer_id = c.id
        WHERE {IS_ACTIVE}
        GROUP BY GROUPING SETS ((), (c.csm_id))
    ), of_csms AS (
        INSERT INTO metrics_csmday (day, csm_id, customers, mrr, mrr_at_risk, red,
            promoters, passives, detractors)
        SELECT %(day)s, p.csm_id, customers, mrr, mrr_at_risk, red, coalesce(n.promoters, 0),
            coalesce(n.passives, 0), coalesce(n.detractors, 0)
        FROM portfolio p LEFT JOIN unnest(%(csms)s::bigint[], %(csm_promoters)s::int[],
            %(csm_passives)s::int[], %(csm_detractors)s::int[])
            AS n(csm_id, promoters, passives, detractors) USING (csm_id)
        WHERE NOT p.is_whole AND p.csm_id IS NOT NULL
        ON CONFLICT (csm_id, day) DO NOTHING
    )
    INSERT INTO metrics_companyday (day, customers, paying_customers, mrr, mrr_at_risk, green,
        amber, red, unscored, promoters, passives, detractors)
    SELECT %(day)s, customers, paying, mrr, mrr_at_risk, green, amber, red, unscored,
        %(promoters)s, %(passives)s, %(detractors)s
    FROM portfolio WHERE is_whole
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
    of_csms = nps_by_csm(day)
    names = ("promoters", "passives", "detractors")
    known = [csm for csm in of_csms if csm]
    values: dict[str, Any] = {"day": day, "csms": known}
    for name in names:
        values[name] = sum(getattr(nps, name) for nps in of_csms.values())
        values[f"csm_{name}"] = [getattr(of_csms[csm], name) for csm in known]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
