"""Terms of contracts: when each ended, what it was worth, and what came after (REV-10).

A contract is a subscription; a version names the end of its term, as the first day without service
or as the day it renews. A version that begins before that end and names a later one, or none, is
an early renewal: the term still counts at its own end. One that names an earlier end replaces it:
a contract cut short counts at its new end.
A contract is renewed when it pays on the day after its last day, or again within the grace of
thirty days. What a term was worth is read on its last day, or the day before an early renewal.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from metrics.revenue.value import DISCOUNT_COUNTS, NET, RATE, STATE, value_parameters

GRACE_DAYS = 30
FORGET = "DELETE FROM metrics_contractterm WHERE customer_id = ANY(%(customers)s)"
# Of each subscription and day the version that rules, and how long the next one leaves it alone.
ORDERED = """
    SELECT v.*, lead(v.effective_on) OVER w AS next_on,
        lead(coalesce(v.term_end, 'infinity')) OVER w AS next_end
    FROM (
        SELECT DISTINCT ON (v.subscription_id, v.effective_on) s.customer_id, v.*,
            CASE WHEN v.ends_on IS NULL THEN v.renews_on
                ELSE greatest(v.ends_on, v.effective_on) END AS term_end
        FROM customers_subscription s
        JOIN customers_subscriptionversion v ON v.subscription_id = s.id
        WHERE s.{those}
        ORDER BY v.subscription_id, v.effective_on, v.recorded_at DESC, v.id DESC
    ) v WINDOW w AS (PARTITION BY v.subscription_id ORDER BY v.effective_on)
"""
ENDS = """
    SELECT DISTINCT ON (subscription_id, term_end) customer_id, subscription_id, term_end,
        least(next_on, term_end) - 1 AS eve, coalesce(next_on < term_end, false) AS is_early
    FROM ordered
    WHERE (term_end > effective_on OR ends_on IS NOT NULL)
        AND (next_on IS NULL OR next_on >= term_end OR next_end > term_end)
    ORDER BY subscription_id, term_end, effective_on DESC
"""
# The days on which a term is looked at: before its end, on the day after, and when it may revive.
POINTS = f"""
    SELECT subscription_id, term_end, eve AS day, true AS is_before FROM ends
    UNION SELECT subscription_id, term_end, term_end, false FROM ends
    UNION SELECT e.subscription_id, e.term_end, c.day, false
    FROM ends e JOIN ordered o ON o.subscription_id = e.subscription_id
    CROSS JOIN LATERAL (VALUES (o.effective_on), (o.resumes_on), (o.trial_ends_on)) c(day)
    WHERE c.day > e.term_end AND c.day <= e.term_end + {GRACE_DAYS}
"""
VALUED = f"""
    SELECT p.subscription_id, p.term_end, p.day, p.is_before,
        CASE WHEN {STATE.format(day="p.day")} = 'on'
            THEN round({NET} * {RATE.format(currency="v.currency", day="p.term_end")}, 12)
            ELSE 0 END AS annual
    FROM points p
    LEFT JOIN LATERAL (
        SELECT * FROM customers_subscriptionversion v
        WHERE v.subscription_id = p.subscription_id AND v.effective_on <= p.day
        ORDER BY v.effective_on DESC, v.recorded_at DESC, v.id DESC LIMIT 1
    ) v ON true
    LEFT JOIN LATERAL (
        SELECT sum(x.percent) AS percent, sum(x.amount) AS amount FROM customers_discount x
        WHERE x.version_id = v.id AND {DISCOUNT_COUNTS.format(day="p.day")}
    ) off ON true
"""
TERMS = f"""
    WITH ordered AS MATERIALIZED ({ORDERED}), ends AS MATERIALIZED ({ENDS}),
    points AS ({POINTS}), valued AS MATERIALIZED ({VALUED}), renewals AS (
        SELECT DISTINCT ON (subscription_id, term_end) subscription_id, term_end, day, annual
        FROM valued WHERE NOT is_before AND annual > 0
        ORDER BY subscription_id, term_end, day
    )
    SELECT e.customer_id, e.subscription_id, e.term_end - 1 AS last_day, b.annual AS expiring,
        coalesce(r.annual, 0) AS renewed, r.day AS renewed_on,
        e.is_early AND r.day IS NOT NULL AS is_early
    FROM ends e
    JOIN valued b ON b.is_before AND b.annual > 0
        AND (b.subscription_id, b.term_end) = (e.subscription_id, e.term_end)
    LEFT JOIN renewals r ON (r.subscription_id, r.term_end) = (e.subscription_id, e.term_end)
"""
COLUMNS = "customer_id, subscription_id, last_day, expiring, renewed, renewed_on, is_early"
WRITE = f"""
    INSERT INTO metrics_contractterm ({COLUMNS})
    SELECT {COLUMNS} FROM ({TERMS.format(those="customer_id = ANY(%(customers)s)")}) terms
    ORDER BY last_day, subscription_id
"""


def write_terms(customers: Sequence[int]) -> None:
    """Write the terms of customers who have none yet."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, value_parameters() | {"customers": list(customers)})


def keep_terms(customers: Sequence[int]) -> None:
    """Write the terms of some customers anew from their contracts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORGET, {"customers": list(customers)})
        write_terms(customers)
