"""Of whom something was learned since a moment that may change any day of their ledger.

A version was recorded, a subscription was changed or taken back with an undone import, or a rate
its money is converted with was entered, corrected or taken back.
"""

from datetime import datetime
from typing import Any

from django.db import connection

LEARNED_SINCE = """
    SELECT s.customer_id FROM customers_subscriptionversion v
    JOIN customers_subscription s ON s.id = v.subscription_id
    WHERE v.recorded_at >= %(since)s AND s.customer_id BETWEEN %(first)s AND %(last)s
    UNION
    SELECT s.customer_id FROM customers_subscription s
    WHERE s.updated_at >= %(since)s AND s.customer_id BETWEEN %(first)s AND %(last)s
    UNION
    SELECT e.customer_id FROM customers_subscriptionevent e
    WHERE e.pgh_created_at >= %(since)s AND e.pgh_label = 'delete'
        AND e.customer_id BETWEEN %(first)s AND %(last)s
    UNION
    SELECT s.customer_id FROM customers_subscriptionversion v
    JOIN customers_subscription s ON s.id = v.subscription_id
    WHERE s.customer_id BETWEEN %(first)s AND %(last)s AND v.currency IN (
        SELECT currency FROM customers_exchangerateevent WHERE pgh_created_at >= %(since)s)
"""
EVERYBODY = {"first": 0, "last": 2**63 - 1}


def learned_since(moment: datetime | None) -> list[int]:
    """Their ids, in order; all who have a subscription where no moment is given."""
    values: dict[str, Any] = EVERYBODY | {"since": moment or "-infinity"}
    with connection.cursor() as cursor:
        cursor.execute(LEARNED_SINCE, values)
        return sorted(row[0] for row in cursor.fetchall())
