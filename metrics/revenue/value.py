"""The annual value of a subscription on a day, as known at a moment (REV-1, rules A to N).

annual value = price · quantity · periods per year / intervals − lasting discounts, in the
subscription's own currency, rounded to twelve decimals. It is 0 before the first paid day of a
trial, while paused (unless `PAUSED_SUBSCRIPTIONS_COUNT`), from the first day without service on,
and once it is past due for more than `PAST_DUE_LIMIT_DAYS`. A discount lasts when its window is
longer than one month of service. MRR is a twelfth; the reporting currency is reached with one rate
for each month, the last one published up to it. An amount without any rate counts as nothing and
its currency is reported.

These are the pieces that every statement about money is made of, so that there is one definition.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

# Of a version `v` on `{day}`: what state the subscription is in. Only "on" is worth anything.
STATE = """
    CASE WHEN v.id IS NULL THEN 'none'
        WHEN v.ends_on <= {day} THEN 'ended'
        WHEN v.trial_ends_on > {day} THEN 'trial'
        WHEN NOT %(keeps_paused)s AND v.paused_on <= {day}
            AND (v.resumes_on IS NULL OR v.resumes_on > {day}) THEN 'paused'
        WHEN v.past_due_since + %(past_due_limit)s < {day} THEN 'overdue'
        ELSE 'on' END
"""
PERIODS_A_YEAR = """
    (CASE v.interval WHEN 'day' THEN 365 WHEN 'week' THEN 52 WHEN 'month' THEN 12 ELSE 1 END)
"""
# What percents and amounts per interval leave of a price: one division, as the last step.
WORTH = f"""
    greatest(0, round(
        v.price * v.quantity * {PERIODS_A_YEAR} * (100 - {{percent}}) / (100 * v.interval_count)
        - {{amount}} * {PERIODS_A_YEAR} / v.interval_count, 12))
"""
# `off` has the sums of lasting discounts.
NET = WORTH.format(percent="coalesce(off.percent, 0)", amount="coalesce(off.amount, 0)")
UNDISCOUNTED = WORTH.format(percent=0, amount=0)
# A discount `x` takes effect on `{day}` and covers more than one month of service.
DISCOUNT_COUNTS = """
    x.starts_on <= {day} AND (x.ends_on IS NULL
        OR (x.ends_on > {day} AND x.ends_on > (x.starts_on + interval '1 month')::date))
"""
# The rate of `{currency}` in the month of `{day}`: 1 for the reporting currency, 0 when unknown.
RATE = """
    CASE WHEN {currency} IS NULL OR {currency} = %(currency)s THEN 1 ELSE coalesce((
        SELECT e.rate FROM customers_exchangerate e
        WHERE e.currency = {currency} AND e.month <= {day} ORDER BY e.month DESC LIMIT 1), 0) END
"""

# One row for each subscription of the customers in `[first, last]`: its state, its native annual
# value and its value in the reporting currency at the end of %(day)s.
VALUES_ON_DAY = f"""
    SELECT v.*, CASE WHEN v.state = 'on' THEN {NET} ELSE 0 END AS native,
        round(CASE WHEN v.state = 'on' THEN {NET} ELSE 0 END
            * CASE WHEN v.currency = %(currency)s THEN 1 ELSE coalesce(rates.rate, 0) END, 12)
            AS annual
    FROM (
        SELECT DISTINCT ON (v.subscription_id) s.customer_id, v.*,
            {STATE.format(day="%(day)s")} AS state
        FROM customers_subscription s
        JOIN customers_subscriptionversion v ON v.subscription_id = s.id
        WHERE s.customer_id BETWEEN %(first)s AND %(last)s AND v.effective_on <= %(day)s
            AND v.recorded_at <= %(known_at)s
        ORDER BY v.subscription_id, v.effective_on DESC, v.recorded_at DESC, v.id DESC
    ) v
    LEFT JOIN (
        SELECT x.version_id, sum(x.percent) AS percent, sum(x.amount) AS amount
        FROM customers_discount x WHERE {DISCOUNT_COUNTS.format(day="%(day)s")}
        GROUP BY x.version_id
    ) off ON off.version_id = v.id
    LEFT JOIN (
        SELECT DISTINCT ON (e.currency) e.currency, e.rate FROM customers_exchangerate e
        WHERE e.month <= %(day)s ORDER BY e.currency, e.month DESC
    ) rates ON rates.currency = v.currency
"""
ANNUAL_VALUES = f"""
    SELECT customer_id, sum(annual) FROM ({VALUES_ON_DAY}) valued
    GROUP BY customer_id HAVING sum(annual) <> 0
"""
CURRENCIES_WITHOUT_RATE = """
    SELECT DISTINCT v.currency FROM customers_subscriptionversion v
    WHERE v.currency <> %(currency)s AND v.effective_on <= %(day)s AND NOT EXISTS (
        SELECT FROM customers_exchangerate e
        WHERE e.currency = v.currency AND e.month <= %(day)s)
    ORDER BY v.currency
"""
# Rises that were agreed before, or that nobody sold: NRR without them can be asked for.
SCHEDULED_RISES = ["contracted_ramp", "price_rise", "price_increase", "discount_expired"]
# Words for what becomes of a contract that goes on. All others, on one with an end, speak of that.
OF_CHANGES = [*SCHEDULED_RISES, "more_seats", "fewer_seats", "renewed"]
FOR_EVER = "infinity"
EVERYBODY = (0, 2**63 - 1)


def value_parameters() -> dict[str, Any]:
    """What the pieces above ask for besides the day."""
    return {
        "currency": settings.REPORTING_CURRENCY,
        "past_due_limit": settings.PAST_DUE_LIMIT_DAYS,
        "keeps_paused": settings.PAUSED_SUBSCRIPTIONS_COUNT,
        "merged_gap": settings.MERGE_GAP_DAYS,
        "changes": OF_CHANGES,
    }


def annual_values(
    day: date, *, known_at: datetime | None = None, customer_id: int | None = None
) -> dict[int, Decimal]:
    """Annual value of each paying customer at the end of a day, in the reporting currency.

    With `known_at` as it was known at that moment, otherwise with all that is known now (GEN-4).
    """
    first, last = (customer_id, customer_id) if customer_id is not None else EVERYBODY
    values = value_parameters() | {
        "day": day, "known_at": known_at or FOR_EVER, "first": first, "last": last
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ANNUAL_VALUES, values)
        return dict(cursor.fetchall())


def currencies_without_rate(day: date) -> list[str]:
    """Currencies of subscriptions that cannot be converted on a day; their money is left out."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENCIES_WITHOUT_RATE, value_parameters() | {"day": day})
        return [row[0] for row in cursor.fetchall()]
