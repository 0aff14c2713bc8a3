"""Short gaps between two contracts: a change of plan that ends one day and starts a few days later.

With `MERGE_GAP_DAYS` above 0 a customer who pays nothing for so many days at most, because all has
ended and something begins again, is booked as if what ended had gone on until then: no churn and no
reactivation, but the difference on the day of the new contract. A pause, a debt past the limit, a
trial or a free plan is no gap. Until the new contract is known it is a churn like any other.
"""

from django.conf import settings

# Points (metrics/revenue/ledger.py) in which such days hold what was held before them. A run is a
# day on which something is paid, with all days after it until the next one.
BRIDGED = """
    WITH every AS MATERIALIZED ({points}),
    runs AS (
        SELECT *, count(*) FILTER (WHERE pays) OVER (PARTITION BY customer_id ORDER BY day) AS run
        FROM (
            SELECT customer_id, day, bool_or(native > 0) AS pays,
                bool_or(native = 0 AND state NOT IN ('none', 'ended')) AS is_held
            FROM every GROUP BY 1, 2
        ) paid
    ), gaps AS (
        SELECT customer_id, run FROM (
            SELECT customer_id, run, min(day) FILTER (WHERE NOT pays) AS since,
                coalesce(bool_or(is_held) FILTER (WHERE NOT pays), false) AS is_held,
                lead(min(day)) OVER (PARTITION BY customer_id ORDER BY run) AS back
            FROM runs GROUP BY 1, 2
        ) ended WHERE run > 0 AND NOT is_held AND back - since <= %(merged_gap)s
    )
    SELECT customer_id, day, subscription_id,
        CASE WHEN bridged THEN first_value(version_id) OVER w ELSE version_id END AS version_id,
        CASE WHEN bridged THEN first_value(currency) OVER w ELSE currency END AS currency,
        CASE WHEN bridged THEN first_value(reason) OVER w ELSE reason END AS reason,
        CASE WHEN bridged THEN first_value(state) OVER w ELSE state END AS state,
        CASE WHEN bridged THEN first_value(plan) OVER w ELSE plan END AS plan,
        CASE WHEN bridged THEN first_value(native) OVER w ELSE native END AS native,
        CASE WHEN bridged THEN first_value(later_end) OVER w ELSE later_end END AS later_end
    FROM (
        SELECT e.*, r.run, g.run IS NOT NULL AND NOT r.pays AS bridged
        FROM every e JOIN runs r ON r.customer_id = e.customer_id AND r.day = e.day
        LEFT JOIN gaps g ON g.customer_id = e.customer_id AND g.run = r.run
    ) placed
    WINDOW w AS (PARTITION BY subscription_id, run ORDER BY day)
"""


def bridged(points: str) -> str:
    """The points, without short gaps where these are merged."""
    return BRIDGED.format(points=points) if settings.MERGE_GAP_DAYS else points
