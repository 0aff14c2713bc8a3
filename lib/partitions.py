"""Range partitions of append-only tables: made ahead, dropped when old.

There is no default partition: a row outside every partition is refused by PostgreSQL, so callers
make the partitions they need first or put the row into quarantine.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from psycopg import sql


@dataclass(frozen=True)
class PartitionedTable:
    """A table parted by a date or moment column into steps of whole weeks or years."""

    name: str
    step: str  # "week" or "year"

    def first_day_of(self, day: date) -> date:
        """The first day of the partition a day falls into: a Monday or 1 January."""
        if self.step == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(month=1, day=1)

    def next_first_day(self, first: date) -> date:
        if self.step == "week":
            return first + timedelta(days=7)
        return first.replace(year=first.year + 1)

    def partition_name(self, first: date) -> str:
        return f"{self.name}_{first:%Y%m%d}"


def make_partitions(table: PartitionedTable, start: date, end: date) -> int:
    """Make every missing partition that `[start, end)` touches. How many were made."""
    existing = {name for name, _first in partitions_of(table)}
    made = 0
    first = table.first_day_of(start)
    while first < end:
        name = table.partition_name(first)
        if name not in existing:
            made += _make(table, name, first)
        first = table.next_first_day(first)
    return made


def _make(table: PartitionedTable, name: str, first: date) -> int:
    # Bounds are UTC midnights for moments; which local day a row counts for is decided later.
    statement = sql.SQL(
        "CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})"
    ).format(
        sql.Identifier(name),
        sql.Identifier(table.name),
        sql.Literal(first.isoformat() + _utc_suffix(table)),
        sql.Literal(table.next_first_day(first).isoformat() + _utc_suffix(table)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string())  # as text, which the audit trail's wrapper reads
    return 1


def _utc_suffix(table: PartitionedTable) -> str:
    return " 00:00:00+00" if table.step == "week" else ""


def partitions_of(table: PartitionedTable) -> list[tuple[str, date]]:
    """Names and first days of the partitions there are, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass ORDER BY c.relname",
            [table.name],
        )
        names = [row[0] for row in cursor.fetchall()]
    return [(name, date.fromisoformat(name.rsplit("_", 1)[1])) for name in names]


def drop_partition(table: PartitionedTable, first: date) -> None:
    """Forget a whole partition at once; nothing is deleted row by row."""
    with connection.cursor() as cursor:
        name = sql.Identifier(table.partition_name(first))
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name).as_string())
