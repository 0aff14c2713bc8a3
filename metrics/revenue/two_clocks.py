"""What was known then, what was reported, families as one: other books (GEN-3, GEN-4, rule J).

Inside `as_known(question)` tables are covered by temporary ones of the same name, which PostgreSQL
finds first. So every statement reads what was known then, or what was reported, without knowing;
nothing that is stored is written.

As known on a day: subscription versions and exchange rates recorded up to its end count. Only
customers of whom something was learned later are booked anew, by the ledger itself; of all others
the books of today are the books of then. A rate that was corrected later has its former worth in
the log of changes; a row that is gone (an import taken back) was never known. What is changed in
place (costs, time, purchases, assumptions) is told by the log alone (logged.py). Facts that bear
only on days after the last day asked for, and a month of grace, make no difference: they are left
out. By parent (GEN-3) the families are booked anew as well, each as one customer (families.py).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.functional import Promise

from lib.days import day_bounds
from metrics.figure import REASONS
from metrics.models.latest_line import LATEST, LATEST_COLUMNS
from metrics.question import Question
from metrics.revenue.facts_then import COVER_FACTS, RATES, UNCOVER_FACTS
from metrics.revenue.families import (
    COVER_SUBSCRIPTIONS,
    FAMILIES,
    MEMBERS,
    SUBSCRIPTIONS,
    UNCOVER_SUBSCRIPTIONS,
)
from metrics.revenue.ledger import BATCH, book_into
from metrics.revenue.logged import cover_logged, uncover_logged
from metrics.revenue.recall import Recall, held, is_recalling
from metrics.revenue.reported import write_reported

# A renewal counts until thirty days after its day.
GRACE = timedelta(days=31)
# Numbers far from those of stored rows.
FIRST_ID = -9_000_000_000_000_000_000

LEARNED_LATER = """
    CREATE TEMP TABLE known_customer AS
        SELECT s.customer_id FROM public.customers_subscriptionversion v
        JOIN customers_subscription s ON s.id = v.subscription_id
        WHERE v.recorded_at >= '{known}' AND v.effective_on <= '{through}'
        UNION
        SELECT s.customer_id FROM public.customers_subscriptionversion v
        JOIN customers_subscription s ON s.id = v.subscription_id
        WHERE v.currency IN (
            SELECT currency FROM public.customers_exchangerate e
            WHERE e.month <= '{through}' AND NOT EXISTS (
                SELECT FROM known_rate k WHERE k.id = e.id
                    AND (k.currency, k.month, k.rate) = (e.currency, e.month, e.rate)));
    CREATE UNIQUE INDEX ON known_customer (customer_id);
    ANALYZE known_rate, known_customer;
"""
COVER_LEDGER = """
    CREATE TEMP VIEW metrics_revenuemovement AS
        SELECT * FROM public.metrics_revenuemovement r
        WHERE NOT EXISTS (SELECT FROM known_customer k WHERE k.customer_id = r.customer_id)
        UNION ALL SELECT * FROM known_movement
"""
COVER_LATEST = f"""
    CREATE TEMP VIEW metrics_latestline AS
        SELECT {LATEST_COLUMNS} FROM public.metrics_latestline r
        WHERE NOT EXISTS (SELECT FROM known_customer k WHERE k.customer_id = r.customer_id)
        UNION ALL SELECT * FROM ({LATEST.format(ledger="known_movement", those="true")}) known
"""
UNCOVER_LEDGER = "DROP VIEW pg_temp.metrics_revenuemovement, pg_temp.metrics_latestline"
MOVEMENTS = f"""
    CREATE TEMP TABLE known_movement (LIKE public.metrics_revenuemovement INCLUDING ALL);
    ALTER TABLE known_movement ALTER COLUMN id SET MINVALUE {FIRST_ID} RESTART WITH {FIRST_ID};
"""
MADE = ("known_family", "known_subscription", "known_rate", "known_customer", "known_movement")
FORGET = f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{table}' for table in MADE)}"


class TooMuchToRecallError(Exception):
    """The books that were asked for could not be worked out in KNOWN_THEN_SECONDS.

    `reason` is that of a figure, `asked` the name in the address of what asks for too much.
    """

    def __init__(self, question: Question) -> None:
        super().__init__(question.clock)
        self.reason = "too_many_families" if question.by_parent else "too_long_ago"
        self.asked = "roll_up" if question.by_parent else "known"

    @property
    def in_words(self) -> Promise:
        return REASONS[self.reason]


@contextmanager
def remembering() -> Iterator[Recall]:
    """Within it, what was worked out for one figure serves the others of the same day."""
    if found := held.get():
        yield found
        return
    recall = Recall()
    token = held.set(recall)
    try:
        yield recall
    finally:
        held.reset(token)
        if recall.clock and not connection.needs_rollback:
            _execute(FORGET)


@contextmanager
def as_known(question: Question, *, costs: bool = False) -> Iterator[None]:
    """The tables of money as known on the question's day, as reported or by parent; else as
    they are.

    With `costs` those of costs, time, purchases and assumptions, too: they are dearer to cover.
    """
    with _as_known(question), _costs_as_known(question, costs):
        yield


@contextmanager
def _costs_as_known(question: Question, costs: bool) -> Iterator[None]:
    recall = held.get()
    if not (costs and question.known_on) or recall is None or recall.covers_costs:
        yield
        return
    _execute(cover_logged(day_bounds(question.known_on)[1].isoformat()))
    recall.covers_costs = True
    try:
        yield
        _execute(uncover_logged())
    finally:
        recall.covers_costs = False


@contextmanager
def _as_known(question: Question) -> Iterator[None]:
    if not question.clock or is_recalling():
        yield
        return
    with remembering() as recall:
        try:
            with transaction.atomic():
                _cover(question, recall)
                recall.is_covering = True
                yield
                _uncover(question)
        except BaseException:
            # The transaction has taken the tables with it.
            recall.clock = ""
            raise
        finally:
            recall.is_covering = False


def _cover(question: Question, recall: Recall) -> None:
    through = _through(question)
    is_new = recall.clock != question.clock or recall.through < through
    with _time_limit(question) as left:
        if is_new:
            _execute(FORGET)
            recall.clock, recall.through = question.clock, through
        if question.by_parent:
            _cover_subscriptions(is_new=is_new)
        if question.known_on:
            _cover_facts(question.known_on, recall.through, is_new=is_new)
        if is_new:
            _fill(recall.through, left, question)
        _execute(COVER_LEDGER)
        _execute(COVER_LATEST)


def _through(question: Question) -> date:
    """The last day to book. By parent alone it is that of the kept books, for every figure."""
    if question.known_on:
        return max(question.day, question.known_on) + GRACE
    if question.by_parent:
        return question.today - timedelta(days=1)
    return question.day + GRACE


def _cover_subscriptions(*, is_new: bool) -> None:
    if is_new:
        _execute(FAMILIES + SUBSCRIPTIONS)
    _execute(COVER_SUBSCRIPTIONS)


def _cover_facts(known_on: date, through: date, *, is_new: bool) -> None:
    words = {"known": day_bounds(known_on)[1].isoformat(), "through": through.isoformat()}
    if is_new:
        _execute(RATES.format(**words) + LEARNED_LATER.format(**words))
    _execute(COVER_FACTS.format(**words))


def _fill(through: date, left: Callable[[], None], question: Question) -> None:
    _execute(MOVEMENTS)
    if question.by_parent:
        _execute(MEMBERS)
    if question.is_reported:
        write_reported(question.today)
    else:
        for customers in _batches():
            left()
            book_into("known_movement", customers, through=through)
    _execute("ANALYZE known_movement")


def _batches() -> Iterator[list[int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM known_customer ORDER BY 1")
        customers = [row[0] for row in cursor.fetchall()]
    for first in range(0, len(customers), BATCH):
        yield customers[first : first + BATCH]


def _uncover(question: Question) -> None:
    _execute(UNCOVER_LEDGER)
    if question.known_on:
        _execute(UNCOVER_FACTS)
    if question.by_parent:
        _execute(UNCOVER_SUBSCRIPTIONS)


@contextmanager
def _time_limit(question: Question) -> Iterator[Callable[[], None]]:
    """Each statement has what is left of KNOWN_THEN_SECONDS."""
    deadline = time.monotonic() + settings.KNOWN_THEN_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        former: Any = cursor.fetchone()[0]

    def left() -> None:
        remaining = int((deadline - time.monotonic()) * 1000)
        if remaining <= 0:
            raise TooMuchToRecallError(question)
        _execute(f"SET LOCAL statement_timeout = {remaining}")

    left()
    try:
        yield left
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TooMuchToRecallError(question) from error
        raise
    _execute(f"SET LOCAL statement_timeout = '{former}'")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
