"""What each customer is worth, what serving it costs, and the touch tier that follows.

margin a month = annual value / 12 × gross margin; cost to serve a month = that of the last twelve
months / 12, or of the months since it started. Both are multiplied by the months a customer is
still expected within the horizon, at the churn pooled over twelve months.

The tier follows from the net value: high touch from one border on, low touch from the other.
Another tier is suggested only when the value has stayed past a border for some days, so that a
customer near a border does not swing. A pin of somebody's is not touched; it ends by itself.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from lib.days import add_months
from lib.periods import month_of
from metrics.assumptions import Name, assumptions_on
from metrics.question import Question
from metrics.spending import SERVING, spending_parameters
from metrics.value.figures import expected_months
from metrics.value.pooled_churn import pooled_churn

WORTH = f"""
    SELECT s.customer_id, round(s.annual_value / 12 * %(gross_margin)s, 4) AS margin,
        coalesce(v.minutes, 0) AS minutes, c.touch,
        round(coalesce(v.amount, 0) / least(12, greatest(1,
            (%(end)s - coalesce(c.started_on, %(start)s)) * 12 / 365.0)), 4) AS cost
    FROM metrics_snapshot s
    JOIN customers_customer c ON c.id = s.customer_id
    LEFT JOIN ({SERVING}) v ON v.customer_id = s.customer_id
    WHERE s.annual_value > 0
"""
JUDGED = f"""
    SELECT w.*, round(margin * %(months)s, 4) AS value,
        round((margin - cost) * %(months)s, 4) AS net_value,
        CASE WHEN (margin - cost) * %(months)s >= %(high_touch_from)s THEN 'high'
            WHEN (margin - cost) * %(months)s >= %(low_touch_from)s THEN 'low'
            ELSE 'tech' END AS tier
    FROM ({WORTH}) w
"""
# `old` is what stood there before; a tier is kept until another one has been due long enough. In
# which tier it is served stays as well: the database keeps that, and may know a later one.
WRITE = f"""
    INSERT INTO metrics_customervalue AS old (customer_id, day, margin, minutes, cost_to_serve,
        value, net_value, suggested, served, candidate, candidate_since)
    SELECT customer_id, %(day)s, margin, minutes, cost, value, net_value, tier, touch, '', NULL
    FROM ({JUDGED}) judged
    ON CONFLICT (customer_id) DO UPDATE SET day = excluded.day, margin = excluded.margin,
        minutes = excluded.minutes, cost_to_serve = excluded.cost_to_serve,
        value = excluded.value, net_value = excluded.net_value,
        suggested = CASE WHEN old.candidate = excluded.suggested
            AND old.candidate_since <= %(day)s::date - %(hold)s
            THEN excluded.suggested ELSE old.suggested END,
        candidate = CASE WHEN excluded.suggested = old.suggested
            OR (old.candidate = excluded.suggested
                AND old.candidate_since <= %(day)s::date - %(hold)s)
            THEN '' ELSE excluded.suggested END,
        candidate_since = CASE WHEN excluded.suggested = old.suggested
            OR (old.candidate = excluded.suggested
                AND old.candidate_since <= %(day)s::date - %(hold)s)
            THEN NULL
            WHEN old.candidate = excluded.suggested THEN old.candidate_since
            ELSE %(day)s END
    WHERE old.day <= excluded.day
"""
# Who does not pay any more is worth nothing from now on and needs no tier.
FORGET = """
    DELETE FROM metrics_customervalue v USING metrics_snapshot s
    WHERE s.customer_id = v.customer_id AND s.annual_value = 0
"""
# Served otherwise since before its first value was written, and by nobody told.
OVERTAKEN = """
    UPDATE metrics_customervalue v SET served = c.touch FROM customers_customer c
    WHERE c.id = v.customer_id AND v.served <> c.touch
"""


def value_customers(day: date) -> int:
    """Value everybody who pays, as of the end of a closed day. How many were valued."""
    assumed = assumptions_on(day)
    question = Question(period=month_of(day), today=day + timedelta(days=1))
    churn = pooled_churn(question).value or Decimal(0)
    end = day + timedelta(days=1)
    values = spending_parameters(add_months(end, -12), end) | {
        "day": day,
        "gross_margin": assumed[Name.GROSS_MARGIN],
        "months": expected_months(churn, int(assumed[Name.HORIZON_MONTHS])),
        "high_touch_from": assumed[Name.HIGH_TOUCH_FROM],
        "low_touch_from": assumed[Name.LOW_TOUCH_FROM],
        "hold": int(assumed[Name.TIER_HOLD_DAYS]),
    }
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(WRITE, values)
        valued = int(cursor.rowcount)
        cursor.execute(OVERTAKEN)
    return valued
