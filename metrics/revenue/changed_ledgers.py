"""What a customer counted for when the months were written, kept until they are written again.

Whoever changes the lines of a customer, or the traits it is counted under, first notes both as they
are; metrics/revenue/months.py takes them off and adds the new ones. What was noted first stays.
"""

from collections.abc import Sequence

from django.db import connection

from metrics.models.month import MONTHS_LOCK

TRAITS = """
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(to_jsonb(t) - 'customer_id' - 'id') AS traits
        FROM metrics_customertrait t WHERE t.customer_id = asked.id
    ) counted ON true
"""
FORGET_LINES = f"""
    WITH gone AS (
        DELETE FROM metrics_revenuemovement WHERE customer_id = ANY(%(customers)s) RETURNING *
    ), before AS (
        SELECT customer_id, jsonb_agg(to_jsonb(gone) - 'customer_id' - 'id'
            ORDER BY day, kind <> 'fx') AS lines
        FROM gone GROUP BY customer_id
    )
    INSERT INTO metrics_changedledger AS noted (customer_id, lines, traits)
    SELECT asked.id, coalesce(before.lines, '[]'), coalesce(counted.traits, '[]')
    FROM unnest(%(customers)s) AS asked(id) LEFT JOIN before ON before.customer_id = asked.id
    {TRAITS}
    ON CONFLICT (customer_id) DO UPDATE SET lines = excluded.lines WHERE noted.lines IS NULL
"""
# Whoever has no lines counts for nothing, under whatever traits.
NOTE_TRAITS = f"""
    INSERT INTO metrics_changedledger (customer_id, lines, traits)
    SELECT asked.id, NULL, coalesce(counted.traits, '[]')
    FROM unnest(%(customers)s) AS asked(id) {TRAITS}
    WHERE EXISTS (SELECT FROM metrics_revenuemovement m WHERE m.customer_id = asked.id)
    ON CONFLICT (customer_id) DO NOTHING
"""
# All months have to be summed up anew (metrics/models/month.py), and all answers be placed
# (metrics/models/place.py).
EVERYTHING_CHANGED = """
    DELETE FROM metrics_changedledger;
    INSERT INTO metrics_changedledger (customer_id, lines, traits) VALUES (0, '[]', '[]');
    INSERT INTO metrics_movedcustomer (customer_id) SELECT id FROM customers_customer
"""


def forget_lines(customers: Sequence[int]) -> None:
    """Delete the lines of some customers; nobody sums up months until the transaction ends."""
    _keep_summers_out()
    _run(FORGET_LINES, customers)


def note_traits(customers: Sequence[int]) -> None:
    """Before traits change; nobody sums up months until the transaction ends."""
    _keep_summers_out()
    _run(NOTE_TRAITS, customers)


def note_that_everything_changed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING_CHANGED)


def keep_bookers_out() -> None:
    """Wait for those who change anything, and let nobody do so until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MONTHS_LOCK])


def _keep_summers_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [MONTHS_LOCK])


def _run(statement: str, customers: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"customers": list(customers)})
