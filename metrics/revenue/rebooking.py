"""Booking anew, at once, what a changed exchange rate touches; the night does it otherwise."""

from django.db import connection

from metrics.loyalty.placing import place_answers
from metrics.nights import newest_closed_day
from metrics.revenue.ledger import BATCH, book_movements
from metrics.revenue.months import keep_months

PAID_IN = """
    SELECT DISTINCT s.customer_id FROM customers_subscriptionversion v
    JOIN customers_subscription s ON s.id = v.subscription_id
    WHERE v.currency = %(currency)s AND s.customer_id > %(last)s
    ORDER BY 1 LIMIT %(limit)s
"""


def rebook_currency(currency: str) -> int:
    """Write the ledger of who ever paid in a currency anew. How many customers; 0 before a night.

    Each batch is a transaction; a second run leaves the same rows.
    """
    through = newest_closed_day()
    if through is None:
        return 0
    count, last = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(PAID_IN, {"currency": currency, "last": last, "limit": BATCH})
            customers = [row[0] for row in cursor.fetchall()]
        if not customers:
            break
        book_movements(customers, through=through)
        count, last = count + len(customers), customers[-1]
    keep_months(through=through)
    place_answers()
    return count
