"""Spending: what was spent in a period, on whom, and which part of it kept or won customers.

A cost line is spread evenly over its days and counted month by month at the month's rate. Its
parts are differences of running sums rounded to twelve decimals, so that however a line is cut the
parts come to its amount. Time with a customer costs its minutes at the hourly rate of the author's
role that ruled on the day; a touchpoint without an author is counted at the CSM's rate. Minutes of
a role of which nobody said what an hour costs add nothing, and figures say how many they are.
"""

from datetime import date
from typing import Any

from django.conf import settings

from lib.days import day_start
from metrics.revenue.value import RATE

# What of a line has been spent before a day. PostgreSQL divides to 16 digits unless told more.
_SPENT = "round(l.amount::numeric(42, 20) * ({day} - l.starts_on) / (l.until - l.starts_on), 12)"
_FROM = "greatest(m.month, l.starts_on, %(start)s)"
_TO = "least((m.month + interval '1 month')::date, l.until, %(end)s)"

# The part of a line that falls into a month, and where lines and months come from.
_PART = f"""
    round(({_SPENT.format(day=_TO)} - {_SPENT.format(day=_FROM)})
        * {RATE.format(currency="l.currency", day="m.month")}, 12)
"""
_IN_MONTHS = """
    FROM customers_costline l
    CROSS JOIN LATERAL (
        SELECT generate_series(date_trunc('month', greatest(l.starts_on, %(start)s)),
            least(l.until, %(end)s)::timestamp - interval '1 day', '1 month')::date AS month
    ) m
    WHERE l.until > %(start)s AND l.starts_on < %(end)s
"""
# One row for each cost line with days in `[start, end)`: the part of these days.
LINES = f"""
    SELECT l.id, l.customer_id, l.kind, l.label, l.retention_share, l.acquisition_share,
        sum({_PART}) AS amount
    {_IN_MONTHS}
    GROUP BY l.id, l.customer_id, l.kind, l.label, l.retention_share, l.acquisition_share
"""
# What kept customers in each month, by kind of cost line.
KEPT_BY_MONTH = f"""
    SELECT m.month, l.kind, sum({_PART} * l.retention_share) {_IN_MONTHS} GROUP BY 1, 2
"""
# With each touchpoint of `t` what an hour of its author cost. What that was for each role and when
# is read once, not for every touchpoint.
_HOURLY = """
    LEFT JOIN accounts_user u ON u.id = t.author_id
    LEFT JOIN (
        SELECT role, hourly, effective_on::timestamp AT TIME ZONE %(zone)s AS since,
            lead(effective_on, 1, 'infinity') OVER (PARTITION BY role ORDER BY effective_on)
                ::timestamp AT TIME ZONE %(zone)s AS until
        FROM customers_rolerate
    ) r ON r.role = coalesce(u.role, 'csm') AND r.since <= t.happened_at AND r.until > t.happened_at
"""
_WORTH = "round(t.minutes * coalesce(r.hourly, 0) / 60, 12)"
_TOUCHED = """
    t.happened_at >= %(start_moment)s AND t.happened_at < %(end_moment)s AND t.minutes > 0
"""
# Touchpoints of one author and one length between two changes of what an hour costs.
ALIKE = f"""
    SELECT author_id, minutes, count(*) AS times, min(happened_at) AS happened_at
    FROM customers_touchpoint t WHERE {_TOUCHED} {{narrowed}}
    GROUP BY author_id, minutes, width_bucket(t.happened_at, (
        SELECT array_agg(effective_on::timestamp AT TIME ZONE %(zone)s ORDER BY effective_on)
        FROM customers_rolerate))
"""
# What serving all of them cost together, and how many minutes nobody said the cost of: those alike
# are counted first, and then valued.
SERVED_TOGETHER = f"""
    SELECT coalesce(sum(amount), 0), coalesce(sum(minutes), 0)::bigint FROM (
        SELECT times * {_WORTH} AS amount,
            CASE WHEN r.hourly IS NULL THEN times * minutes END AS minutes
        FROM ({ALIKE}) t {_HOURLY}
        UNION ALL
        SELECT amount, NULL
        FROM ({LINES}) spent_money WHERE customer_id IS NOT NULL {{narrowed}}
    ) spent
"""
# What serving each customer cost: time, and the lines entered for this customer alone. In the order
# of customers, because tens of thousands of numerics in a hash cost more than to sort them.
SERVING = f"""
    SELECT customer_id, sum(minutes) AS minutes, sum(amount) AS amount FROM (
        SELECT t.customer_id, t.minutes, {_WORTH} AS amount
        FROM customers_touchpoint t {_HOURLY} WHERE {_TOUCHED}
        UNION ALL
        SELECT customer_id, 0, amount FROM ({LINES}) spent_money WHERE customer_id IS NOT NULL
        ORDER BY customer_id OFFSET 0
    ) spent GROUP BY customer_id
"""
# How many customers that are.
SERVED_CUSTOMERS = f"""
    SELECT count(DISTINCT customer_id) FROM (
        SELECT t.customer_id FROM customers_touchpoint t WHERE {_TOUCHED} {{narrowed}}
        UNION ALL
        SELECT customer_id FROM customers_costline l
        WHERE l.until > %(start)s AND l.starts_on < %(end)s AND customer_id IS NOT NULL {{narrowed}}
    ) served
"""


def spending_parameters(start: date, end: date) -> dict[str, Any]:
    """What the pieces above ask for about the days `[start, end)`."""
    return {
        "start": start,
        "end": end,
        "start_moment": day_start(start),
        "end_moment": day_start(end),
        "zone": settings.REPORTING_TIME_ZONE,
        "currency": settings.REPORTING_CURRENCY,
    }
