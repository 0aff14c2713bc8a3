"""Tables that are written anew as a whole, beside those that are read, and replace them at once.

New rows go into tables without indexes and keys, which are built at the end: one sorted index and
one join for each key instead of a lookup for each row. Whoever reads meanwhile reads the old rows.
It is one transaction: a crash leaves everything as it was. Rights that an operator gave to others
on these tables go with the old ones.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SCHEMA = "fresh"
KEYS = """
    SELECT format('ALTER TABLE %%I.%%I ADD CONSTRAINT %%I %%s', '{schema}', %(table)s, conname,
        pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE conrelid = format('public.%%I', %(table)s)::regclass AND contype = ANY(%(kinds)s)
    ORDER BY conname
"""
INDEXES = """
    SELECT replace(pg_get_indexdef(i.indexrelid), ' ON public.', ' ON {schema}.') FROM pg_index i
    WHERE i.indrelid = format('public.%%I', %(table)s)::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid
            AND c.conrelid = i.indrelid)
    ORDER BY 1
"""
TRIGGERS = """
    SELECT replace(pg_get_triggerdef(oid), ' ON public.', ' ON {schema}.') FROM pg_trigger
    WHERE tgrelid = format('public.%%I', %(table)s)::regclass AND NOT tgisinternal ORDER BY tgname
"""
# Such as when autovacuum looks at it; LIKE leaves them out.
OPTIONS = """
    SELECT format('ALTER TABLE {schema}.%%I SET (%%s)', relname, array_to_string(reloptions, ', '))
    FROM pg_class WHERE oid = format('public.%%I', %(table)s)::regclass AND reloptions IS NOT NULL
"""
OWN, FOREIGN = ["p", "u", "c"], ["f"]


class FreshTables:
    """New, empty tables; inside `fresh_tables` their names mean them."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        self.tables = tables
        self.indexed: set[str] = set()

    def index(self, table: str) -> None:
        """A table is full: build its indexes, so that the next statements may read it."""
        if table in self.indexed:
            return
        for statement in self._written(KEYS, table, OWN) + self._written(INDEXES, table, []):
            _run(statement)
        _run(f"ANALYZE {SCHEMA}.{table}")
        self.indexed.add(table)

    def begin(self) -> None:
        # Checks of rows that were written before would hold the old tables.
        _run(f"SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; CREATE SCHEMA {SCHEMA}")
        for table in self.tables:
            _run(
                f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING DEFAULTS"
                " INCLUDING IDENTITY INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMMENTS)"
            )
            for statement in self._written(OPTIONS, table, []):
                _run(statement)

    def replace(self) -> None:
        keys = [key for table in self.tables for key in self._written(KEYS, table, FOREIGN)]
        triggers = [each for table in self.tables for each in self._written(TRIGGERS, table, [])]
        for statement in keys + triggers:
            _run(statement)
        for table in self.tables:
            _run(f"DROP TABLE public.{table}")
            _run(f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA public")
        _run(f"DROP SCHEMA {SCHEMA}")

    def _written(self, statements: str, table: str, kinds: list[str]) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(statements.format(schema=SCHEMA), {"table": table, "kinds": kinds})
            return [row[0] for row in cursor.fetchall()]


@contextmanager
def fresh_tables(*tables: str) -> Iterator[FreshTables]:
    """Within it the tables are new and empty; at its end they are the ones everybody reads.

    IntegrityError when what their keys point to was deleted meanwhile; nothing has changed then.
    """
    fresh = FreshTables(tables)
    with transaction.atomic():
        former = _value("SHOW search_path")
        fresh.begin()
        _run(f"SET LOCAL search_path = {SCHEMA}, {former}")
        yield fresh
        for table in tables:
            fresh.index(table)
        _run(f"SET LOCAL search_path = {former}")
        fresh.replace()


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _value(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])
