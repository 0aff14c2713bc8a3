"""What the lines of customers come to in each month: the sums behind models/month.py.

The month ends of some customers are laid out once (metrics/revenue/month_ends.py), and all sums
read them. Whoever stood still since the eve of a window adds to its start and to nothing else, so
that part is the stock of the eve; only who moved, or pays in another currency, is compared. Parts
are summed up in temporary tables and added to the stored rows at the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from lib.planning import planned
from metrics.revenue.month_ends import (
    ALL_OF_THEM,
    COUNTED_UNDER,
    DIFFERING,
    ENDS,
    EVERYBODY,
    EXCHANGED,
    LINES,
    RULING,
    STAYS,
    WANTED,
    WHOLE,
)
from metrics.revenue.start_set import KEYS, NAMES
from metrics.revenue.value import value_parameters

# Who joined fewer than so many months before the next month is counted apart.
TENURES = (3, 12, 24, 36)
STOCK = ("customers", "value", *(f"within_{months}" for months in TENURES))
FORGET = """
    DROP TABLE IF EXISTS pg_temp.wanted, pg_temp.counted_under, pg_temp.ruling, pg_temp.place,
        pg_temp.month_line, pg_temp.stay, pg_temp.month_end, pg_temp.standing, pg_temp.part_book,
        pg_temp.part_stock, pg_temp.part_movement
"""
PARTS = f"""
    CREATE TEMP TABLE place (id int GENERATED ALWAYS AS IDENTITY, segment text, csm_id bigint,
        touch text, plan text, UNIQUE (segment, csm_id, touch, plan));
    CREATE TEMP TABLE part_book AS
        SELECT 0 AS wanted, 0 AS place, {", ".join(NAMES)} FROM metrics_monthbook WITH NO DATA;
    CREATE TEMP TABLE part_stock AS
        SELECT 0 AS n, 0 AS place, {", ".join(STOCK)} FROM metrics_monthstock WITH NO DATA;
    CREATE TEMP TABLE part_movement AS SELECT month, kind, reason, segment, csm_id, touch, plan,
        movements, amount FROM metrics_monthmovement WITH NO DATA
"""
# Those who pay at a month end, and apart those whose value does not depend on rates.
STANDING = f"""
    DROP TABLE IF EXISTS pg_temp.standing;
    CREATE TEMP TABLE standing AS
    SELECT n, place, sum(sign) AS customers, sum({{sign}}balance) AS value,
        {
    ", ".join(
        f"coalesce(sum(sign) FILTER (WHERE n + 1 - first < {months}), 0) AS within_{months}"
        for months in TENURES
    )
},
        sum(sign) FILTER (WHERE natives IS NULL) AS steady,
        sum({{sign}}balance) FILTER (WHERE natives IS NULL) AS steady_value,
        sum({{sign}}(balance * balance)) FILTER (WHERE natives IS NULL) AS steady_squared
    FROM month_end WHERE balance > 0 AND n >= differs GROUP BY n, place;
    ANALYZE standing
"""
STOCKS = f"""
    INSERT INTO part_stock (n, place, {", ".join(STOCK)})
    SELECT n, place, {", ".join(STOCK)} FROM standing WHERE n IN (SELECT n FROM wanted)
"""
STARTS = """
    INSERT INTO part_book (wanted, place, start_customers, start_value, start_squared)
    SELECT w.id, s.place, s.steady, s.steady_value, s.steady_squared
    FROM wanted w JOIN standing s ON s.n = w.eve WHERE s.steady IS NOT NULL
"""
# The start of a window at the rates of its end.
START_VALUE = """
    CASE WHEN st.natives IS NULL OR st.balance = 0 THEN st.balance ELSE (
        SELECT sum(round(held.value::numeric * coalesce((w.rates ->> held.key)::numeric, 0), 12))
        FROM jsonb_each_text(st.natives) held) END
"""
# Of each customer with values `s` and `e`, what is summed up where; each change counts once.
MOVED = {
    "start_customers": ("1", "is_start AND is_revalued"),
    "lost": ("1", "is_start AND e = 0"),
    "paused": ("1", "is_start AND e = 0 AND is_paused"),
    "early": ("1", "NOT is_start"),
    "start_value": ("s", "is_revalued"),
    "lost_value": ("s", "e = 0"),
    "change": ("change", "change > 0"),
    "loss": ("change", "change < 0"),
    "start_squared": ("s * s", "is_revalued"),
    "start_change": ("s * change", "change > 0"),
    "change_squared": ("change * change", "change > 0"),
    "start_loss": ("s * change", "change < 0"),
    "loss_squared": ("change * change", "change < 0"),
}
# Losses are changes too.
WITH_LOSSES = {"change": "loss", "start_change": "start_loss", "change_squared": "loss_squared"}
CHANGES = f"""
    INSERT INTO part_book (wanted, place, {", ".join(NAMES)})
    SELECT wanted, place, {
    ", ".join(f"coalesce({name}, 0) + coalesce({WITH_LOSSES.get(name, '0')}, 0)" for name in NAMES)
}
    FROM (
        SELECT wanted, place, {
    ", ".join(
        f"sum({{sign}}{what}) FILTER (WHERE {where}) AS {name}"
        for name, (what, where) in MOVED.items()
    )
}
        FROM (
            SELECT *, e - s AS change FROM (
                SELECT w.id AS wanted, st.place, e.sign, st.balance > 0 AS is_start, e.is_paused,
                    st.natives IS NOT NULL AS is_revalued, e.balance AS e, {START_VALUE} AS s
                FROM wanted w
                JOIN month_end e ON e.n = w.n AND e.n >= e.differs
                    AND (e.moved_in > w.eve OR e.natives IS NOT NULL)
                JOIN month_end st ON st.key = e.key - w.window_months
                WHERE st.balance > 0 OR (e.balance = 0 AND e.moved_in > w.eve)
                OFFSET 0
            ) valued OFFSET 0
        ) moved
        GROUP BY wanted, place
    ) summed
"""
# Who came and left inside a window, and had no line before it.
EARLY = """
    INSERT INTO place (segment, csm_id, touch, plan)
    SELECT DISTINCT r.segment, r.csm_id, r.touch, '' FROM ruling r
    WHERE r.customer_id IN (SELECT customer_id FROM month_end WHERE balance = 0)
    UNION SELECT '', 0, '', '' ON CONFLICT DO NOTHING;
    INSERT INTO part_book (wanted, place, early)
    SELECT w.id, p.id, sum(e.sign)
    FROM wanted w
    JOIN month_end e ON e.n = w.n AND e.n >= e.differs AND e.balance = 0 AND e.first > w.eve
    LEFT JOIN ruling t ON t.customer_id = e.customer_id AND t.sign = e.sign
        AND t.since <= w.eve AND w.eve < t.until
    JOIN place p ON p.plan = '' AND (p.segment, p.csm_id, p.touch)
        = (coalesce(t.segment, ''), coalesce(t.csm_id, 0), coalesce(t.touch, ''))
    GROUP BY w.id, p.id
"""
MOVEMENTS = f"""
    INSERT INTO part_movement
    SELECT w.month, l.kind, l.reason, {KEYS}, l.plan, sum(l.sign), sum(l.sign * l.amount)
    FROM (SELECT DISTINCT month, n FROM wanted) w
    JOIN month_line l ON l.n = w.n AND l.n >= l.since
    LEFT JOIN counted_under t ON t.customer_id = l.customer_id AND t.sign = l.sign
        AND t.since <= l.day AND (t.until IS NULL OR t.until > l.day)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
STEPS = (STAYS, ENDS, STANDING, STOCKS, STARTS, CHANGES, EARLY, MOVEMENTS)
TRAITS_AND_PLAN = "segment, csm_id, touch, plan"
AT_PLACE = "JOIN place p ON p.id = summed.place"
# In the order of their keys, so that the rows of a month lie together.
POST = """
    WITH summed AS (SELECT {part_keys}, {sums} FROM {part} GROUP BY {part_keys} HAVING {is_any})
    INSERT INTO metrics_{table} AS kept ({keys}, {names})
    SELECT {keys}, {names} FROM summed {joins} ORDER BY {part_keys}
    ON CONFLICT ({keys}) DO UPDATE SET {added}
"""
# Rows nobody is behind any more.
EMPTY = (
    "DELETE FROM metrics_monthbook WHERE start_customers = 0 AND early = 0",
    "DELETE FROM metrics_monthstock WHERE customers = 0",
    "DELETE FROM metrics_monthmovement WHERE movements = 0",
)
# Joins are of whole tables, of whose rows PostgreSQL guesses too few. Sums of numerics have large
# states, so one group is summed up after the other instead of all at once.
PLAN = {
    "enable_nestloop": "off", "enable_mergejoin": "off", "enable_hashagg": "off",
    "work_mem": "128MB",
}  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """A table of months, and the part it is added to from; `joins` give its keys to the part."""

    table: str
    keys: str
    names: Sequence[str]
    part: str
    part_keys: str
    joins: str = ""

    def post(self) -> str:
        return POST.format(
            table=self.table,
            keys=self.keys,
            part=self.part,
            part_keys=self.part_keys,
            joins=self.joins,
            names=", ".join(self.names),
            sums=", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in self.names),
            is_any=" OR ".join(f"sum({name}) <> 0" for name in self.names),
            added=", ".join(f"{name} = kept.{name} + excluded.{name}" for name in self.names),
        )


TABLES = (
    Stored(
        "monthbook", f"month, window_months, {TRAITS_AND_PLAN}", NAMES,
        "part_book", "wanted, place", f"JOIN wanted w ON w.id = summed.wanted {AT_PLACE}",
    ),
    Stored(
        "monthstock", f"month, {TRAITS_AND_PLAN}", STOCK,
        "part_stock", "n, place",
        f"JOIN (SELECT DISTINCT month, n FROM wanted) w USING (n) {AT_PLACE}",
    ),
    Stored(
        "monthmovement", f"month, kind, reason, {TRAITS_AND_PLAN}", ("movements", "amount"),
        "part_movement", f"month, kind, reason, {TRAITS_AND_PLAN}",
    ),
)  # fmt: skip


@contextmanager
def summing(wanted: Iterable[tuple[date, int]], those: str = EVERYBODY) -> Iterator[None]:
    """Within it batches of `those` are added up for wanted months and windows, and then stored."""
    months, windows = zip(*wanted, strict=True)
    with planned(**PLAN):
        _run(FORGET)
        _run(WANTED, {"months": list(months), "windows": list(windows)})
        _run(COUNTED_UNDER.format(those=those))
        _run(RULING)
        _run(PARTS)
        yield
        for stored in TABLES:
            _run(stored.post())
        _run(FORGET)


def add_customers(first: int, last: int) -> None:
    """Count the lines of the customers with ids in `[first, last]`."""
    _add(LINES.format(lines=WHOLE) + ALL_OF_THEM, {"first": first, "last": last}, sign="")


def exchange_customers(customers: list[int]) -> None:
    """Count off what the lines and traits of some customers were, and count what they are."""
    _add(LINES.format(lines=EXCHANGED) + DIFFERING, {"customers": customers}, sign="sign * ")


def forget_empty() -> None:
    for statement in EMPTY:
        _run(statement)


def _add(lines: str, values: dict[str, Any], *, sign: str) -> None:
    _run(lines, values)
    for statement in STEPS:
        _run(statement.replace("{sign}", sign))


def _run(statement: str, values: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values and (value_parameters() | values))
