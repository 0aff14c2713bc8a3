"""More time than a page has, for the few presses that change a hundred thousand rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def patient(seconds: int) -> Iterator[None]:
    """A transaction in which a statement may take so long (docs/decisions/0009-patience.md)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{seconds}s'")
        yield
