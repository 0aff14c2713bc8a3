"""A table that somebody holds, and who waits for it."""

import contextlib
from collections.abc import Iterator

from django.db import connection, connections

LONG_WAITERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND clock_timestamp() - query_start > %s::interval
"""


@contextlib.contextmanager
def table_held() -> Iterator[None]:
    """Another session holds the table of events, as a careless migration would."""
    other = connections["default"].copy()
    try:
        with other.cursor() as holding:
            holding.execute("BEGIN; LOCK TABLE customers_usageevent IN ACCESS EXCLUSIVE MODE")
            yield
            holding.execute("ROLLBACK")
    finally:
        other.close()


def wait_for_waiters(count: int, longer_than: str) -> None:
    """Until so many sessions wait for a lock for so long."""
    with connection.cursor() as cursor:
        for _try in range(600):
            cursor.execute(LONG_WAITERS, [longer_than])
            if cursor.fetchone()[0] >= count:
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waited")
