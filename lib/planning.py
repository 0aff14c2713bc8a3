"""PostgreSQL's settings for some statements that read whole tables: memory, and kinds of joins."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SET = "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) s(name, value)"
SHOW = "SELECT current_setting(name) FROM unnest(%s::text[]) WITH ORDINALITY s(name, n) ORDER BY n"


@contextmanager
def planned(**settings: str) -> Iterator[None]:
    """The settings hold within it, for this connection; it is a transaction."""
    names = list(settings)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SHOW, [names])
        former = [row[0] for row in cursor.fetchall()]
        cursor.execute(SET, [names, list(settings.values())])
        yield
        # After an error the transaction takes them back itself.
        cursor.execute(SET, [names, former])
