"""Subscription versions and exchange rates as they had been recorded before a moment (GEN-4).

Temporary views of the same names cover the tables; a rate that was corrected since has its former
worth in the log of changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

RATES = """
    CREATE TEMP TABLE known_rate AS
        SELECT e.* FROM public.customers_exchangerate e WHERE e.recorded_at < '{known}'
        UNION ALL
        (SELECT DISTINCT ON (h.pgh_obj_id) e.id, h.currency, h.month, h.rate, h.recorded_at
        FROM public.customers_exchangerate e
        JOIN public.customers_exchangerateevent h ON h.pgh_obj_id = e.id
        WHERE e.recorded_at >= '{known}' AND h.recorded_at < '{known}'
        ORDER BY h.pgh_obj_id, h.pgh_id DESC);
    CREATE INDEX ON known_rate (currency, month);
"""
COVER_FACTS = """
    CREATE TEMP VIEW customers_subscriptionversion AS
        SELECT * FROM public.customers_subscriptionversion WHERE recorded_at < '{known}';
    CREATE TEMP VIEW customers_exchangerate AS SELECT * FROM known_rate;
"""
UNCOVER_FACTS = "DROP VIEW pg_temp.customers_subscriptionversion, pg_temp.customers_exchangerate"


@contextmanager
def facts_recorded_before(moment: str) -> Iterator[None]:
    """Inside a transaction; `moment` is an ISO timestamp. Nothing may be covered already."""
    with connection.cursor() as cursor:
        cursor.execute(RATES.format(known=moment) + COVER_FACTS.format(known=moment))
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"{UNCOVER_FACTS}; DROP TABLE pg_temp.known_rate")
