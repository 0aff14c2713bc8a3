"""Where customers stand on a day, from their latest lines: the ledger is read of the few who moved.

Statements are of two parts: those whose latest line is old enough, and those who had a later one,
of whom the ledger tells. Inside `as_known` both tables are covered (metrics/revenue/two_clocks.py).
"""

from collections.abc import Sequence

from django.db import connection

from metrics.models.latest_line import LATEST, LATEST_COLUMNS

WRITE = f"""
    INSERT INTO metrics_latestline ({LATEST_COLUMNS})
    {LATEST.format(ledger="metrics_revenuemovement", those="customer_id = ANY(%(customers)s)")}
"""
# Who was on %(plan)s at the end of %(day)s.
ON_PLAN = """
    SELECT customer_id FROM metrics_latestline WHERE plan = %(plan)s AND plan_since <= %(day)s
    UNION ALL
    SELECT customer_id FROM (
        SELECT DISTINCT ON (m.customer_id) m.customer_id, m.plan
        FROM metrics_latestline latest
        JOIN metrics_revenuemovement m ON m.customer_id = latest.customer_id AND m.day <= %(day)s
        WHERE latest.plan_since > %(day)s
        ORDER BY m.customer_id, m.day DESC, m.id DESC
    ) moved_since WHERE plan = %(plan)s
"""
# To be joined to {row}, which has a customer_id: its balance and plan at the end of %(day)s.
STANDING = """
    JOIN (
        SELECT customer_id, day > %(day)s AS has_moved, balance AS stays, plan AS stays_on
        FROM metrics_latestline
    ) latest ON latest.customer_id = {row}.customer_id
    LEFT JOIN LATERAL (
        SELECT m.balance, m.plan FROM metrics_revenuemovement m
        WHERE latest.has_moved AND m.customer_id = {row}.customer_id AND m.day <= %(day)s
        ORDER BY m.day DESC, m.id DESC LIMIT 1
    ) former ON true
"""
BALANCE = "CASE WHEN has_moved THEN former.balance ELSE stays END"
PLAN = "CASE WHEN has_moved THEN former.plan ELSE stays_on END"


def write_latest(customers: Sequence[int]) -> None:
    """Write the latest lines of customers who have none yet."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"customers": list(customers)})
