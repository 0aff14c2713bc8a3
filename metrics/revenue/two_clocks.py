"""What was known then: figures from what had been recorded by the end of a day (GEN-4, rule J).

Inside `as_known(question)` the tables of subscription versions, exchange rates and movements are
covered by temporary ones of the same name, which PostgreSQL finds first. They hold what was known
then, so that every statement reads it without knowing. Nothing that is stored is written.

Only customers of whom something was learned later are booked anew; of all others the ledger of
today is the ledger of then. A rate that was corrected later has its former worth in the log of
changes; a row that is gone (an import taken back) was never known. The days after the last day
asked for, and a month of grace, are left out.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction

from lib.days import day_bounds
from metrics.question import Question
from metrics.revenue.ledger import BATCH, LINES
from metrics.revenue.value import value_parameters

# A renewal counts until thirty days after its day.
GRACE = timedelta(days=31)

# Only subscription versions that bear on the days asked for make a customer one to book anew.
GATHER = """
    DROP TABLE IF EXISTS pg_temp.known_rate, pg_temp.known_customer, pg_temp.known_movement CASCADE;
    CREATE TEMP TABLE known_rate AS
        SELECT e.* FROM public.customers_exchangerate e WHERE e.recorded_at < {known}
        UNION ALL
        (SELECT DISTINCT ON (h.pgh_obj_id) e.id, h.currency, h.month, h.rate, h.recorded_at
        FROM public.customers_exchangerate e
        JOIN public.customers_exchangerateevent h ON h.pgh_obj_id = e.id
        WHERE e.recorded_at >= {known} AND h.recorded_at < {known}
        ORDER BY h.pgh_obj_id, h.pgh_id DESC);
    CREATE INDEX ON known_rate (currency, month);
    CREATE TEMP TABLE known_customer AS
        SELECT s.customer_id FROM public.customers_subscriptionversion v
        JOIN customers_subscription s ON s.id = v.subscription_id
        WHERE v.recorded_at >= {known} AND v.effective_on <= {through}
        UNION
        SELECT s.customer_id FROM public.customers_subscriptionversion v
        JOIN customers_subscription s ON s.id = v.subscription_id
        WHERE v.currency IN (
            SELECT currency FROM public.customers_exchangerate e
            WHERE e.month <= {through} AND NOT EXISTS (
                SELECT FROM known_rate k WHERE k.id = e.id
                    AND (k.currency, k.month, k.rate) = (e.currency, e.month, e.rate)));
    CREATE UNIQUE INDEX ON known_customer (customer_id);
    CREATE TEMP TABLE known_movement (LIKE public.metrics_revenuemovement);
    CREATE SEQUENCE pg_temp.known_movement_id AS bigint MINVALUE -9000000000000000000
        START -9000000000000000000 OWNED BY known_movement.id;
    ALTER TABLE known_movement ALTER COLUMN id SET DEFAULT nextval('pg_temp.known_movement_id');
    ANALYZE known_rate, known_customer;
"""
COVER = """
    CREATE TEMP VIEW customers_subscriptionversion AS
        SELECT * FROM public.customers_subscriptionversion WHERE recorded_at < {known};
    CREATE TEMP VIEW customers_exchangerate AS SELECT * FROM known_rate;
"""
COVER_LEDGER = """
    CREATE TEMP VIEW metrics_revenuemovement AS
        SELECT * FROM public.metrics_revenuemovement r WHERE r.day <= {through}
            AND NOT EXISTS (SELECT FROM known_customer k WHERE k.customer_id = r.customer_id)
        UNION ALL SELECT * FROM known_movement;
"""
UNCOVER = """
    DROP VIEW pg_temp.metrics_revenuemovement, pg_temp.customers_subscriptionversion,
        pg_temp.customers_exchangerate
"""
FORGET = "DROP TABLE IF EXISTS pg_temp.known_rate, pg_temp.known_customer, pg_temp.known_movement"


class TooMuchToRecallError(Exception):
    """What was known then could not be worked out in KNOWN_THEN_SECONDS."""


@dataclass
class Recall:
    """What the temporary tables of this connection hold: nothing where `known_on` is None."""

    known_on: date | None = None
    through: date = date.min
    is_covering: bool = False

    def covers(self, known_on: date, through: date) -> bool:
        return self.known_on == known_on and through <= self.through


_held: ContextVar[Recall | None] = ContextVar("held", default=None)


def is_recalling() -> bool:
    """Inside `as_known`: what was stored from today's ledger must not be read."""
    held = _held.get()
    return held is not None and held.is_covering


@contextmanager
def remembering() -> Iterator[Recall]:
    """Within it, what was worked out for one figure serves the others of the same day."""
    if held := _held.get():
        yield held
        return
    recall = Recall()
    token = _held.set(recall)
    try:
        yield recall
    finally:
        _held.reset(token)
        if recall.known_on and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(FORGET)


@contextmanager
def as_known(question: Question) -> Iterator[None]:
    """The tables of money as they were known on the question's day; as they are, without one."""
    if question.known_on is None or is_recalling():
        yield
        return
    with remembering() as recall:
        try:
            with transaction.atomic():
                _recall(question.known_on, max(question.day, question.known_on) + GRACE, recall)
                recall.is_covering = True
                yield
                _execute(UNCOVER)
        except BaseException:
            # The transaction has taken the tables with it.
            recall.known_on = None
            raise
        finally:
            recall.is_covering = False


def _recall(known_on: date, through: date, recall: Recall) -> None:
    is_new = not recall.covers(known_on, through)
    through = through if is_new else recall.through
    end = day_bounds(known_on)[1]
    words = {"known": _literal(end), "through": _literal(through)}
    with _time_limit() as left:
        if is_new:
            _execute(GATHER.format(**words))
        _execute(COVER.format(**words))
        if is_new:
            _book(through, left)
    _execute(COVER_LEDGER.format(**words))
    recall.known_on, recall.through = known_on, through


def _book(through: date, left: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM known_customer ORDER BY 1")
        customers = [row[0] for row in cursor.fetchall()]
        for first in range(0, len(customers), BATCH):
            batch = customers[first : first + BATCH]
            left()
            values = value_parameters() | {"customers": batch, "through": through}
            cursor.execute(LINES.format(table="known_movement"), values)
        cursor.execute("ANALYZE known_movement")


@contextmanager
def _time_limit() -> Iterator[Any]:
    """Each statement has what is left of KNOWN_THEN_SECONDS."""
    deadline = time.monotonic() + settings.KNOWN_THEN_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        former = cursor.fetchone()[0]

    def left() -> None:
        remaining = int((deadline - time.monotonic()) * 1000)
        if remaining <= 0:
            raise TooMuchToRecallError
        _execute(f"SET LOCAL statement_timeout = {remaining}")

    left()
    try:
        yield left
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TooMuchToRecallError from error
        raise
    _execute(f"SET LOCAL statement_timeout = '{former}'")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _literal(when: date | datetime) -> str:
    """A day or a moment of our own making, as PostgreSQL writes it."""
    return f"'{when.isoformat()}'"
