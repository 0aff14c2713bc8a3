"""The movements of a period for whoever is asked about, in sum, by month and one by one (REV-2).

Each line counts under the traits its customer had on its day and under the plan after it, so that
periods, segments and plans each add up. Whoever changes segment or plan in between makes no
movement: a narrowed waterfall has a step of its own for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import User
from metrics.models import RevenueMovement
from metrics.once import asked_once
from metrics.question import Question
from metrics.revenue.families import seen_by
from metrics.revenue.ledger import ledger_of
from metrics.revenue.movements import Movements
from metrics.revenue.start_set import TRAIT_DIMENSIONS, chosen_by, counted_where
from metrics.revenue.stock import is_booked, stock

Kind = RevenueMovement.Kind
GAINS = (Kind.NEW.value, Kind.REACTIVATION.value, Kind.EXPANSION.value)
LOSSES = (Kind.CONTRACTION.value, Kind.CHURN.value)

# One row for each line of the ledger.
LINES = """
    SELECT m.id, m.customer_id, m.day, date_trunc('month', m.day)::date AS month, m.kind, m.reason,
        m.plan, {keys}, m.amount, 1 AS movements
    FROM {ledger} m {traits}
    WHERE m.day >= %(start)s AND m.day < %(end)s
"""
STORED = "SELECT * FROM metrics_monthmovement WHERE month >= %(start)s AND month < %(end)s"
LARGEST = """
    SELECT m.day, m.customer_id, c.name, m.kind, m.reason, m.amount
    FROM (
        SELECT * FROM ({lines}) every WHERE kind <> 'fx' {chosen} {seen}
        ORDER BY abs(amount) DESC, id LIMIT %(limit)s
    ) m JOIN customers_customer c ON c.id = m.customer_id ORDER BY abs(m.amount) DESC, m.id
"""


@dataclass(frozen=True)
class Sums:
    """`amount` is annual and signed; `count` is how many movements there were."""

    amount: Decimal = Decimal(0)
    count: int = 0


@dataclass(frozen=True)
class Move:
    """One line of the ledger; `amount` is a change of MRR."""

    day: date
    customer_id: int
    name: str
    kind: str
    reason: str
    amount: Decimal

    @property
    def kind_in_words(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def reason_in_words(self) -> str:
        return RevenueMovement(reason=self.reason).reason_in_words


def lines_of(question: Question, dimension: str = "") -> tuple[str, dict[str, Any]]:
    """With the traits that are asked for."""
    ledger = ledger_of(question)
    keys, traits = counted_where(question, dimension, row="m", day="m.day")
    values = ledger.values | {"start": question.start, "end": question.end}
    return LINES.format(ledger=ledger.sql, keys=keys, traits=traits), values


def source_of(question: Question, dimension: str = "") -> tuple[str, dict[str, Any]]:
    """Rows with month, kind, reason, traits, plan, amount and movements; stored where they are."""
    is_whole = question.start.day == 1 and question.ends_with_a_stored_month
    if is_whole and ledger_of(question).has_months and is_booked(question.day):
        return STORED, {"start": question.start, "end": question.end}
    return lines_of(question, dimension)


@asked_once
def sums_by(question: Question, *keys: str) -> dict[tuple[Any, ...], Sums]:
    """Sums for each combination of `kind`, `reason`, `month` and traits."""
    source, values = source_of(question, next((k for k in keys if k in TRAIT_DIMENSIONS), ""))
    chosen, wanted = chosen_by(question)
    columns = ", ".join(keys)
    statement = (
        f"SELECT {columns}, sum(amount), sum(movements)::int FROM ({source}) moved"
        f" WHERE true {chosen} GROUP BY {columns}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values | wanted)
        return {row[: len(keys)]: Sums(*row[len(keys) :]) for row in cursor.fetchall()}


def sums_of(question: Question) -> dict[str, Sums]:
    """By kind; kinds without movements are left out."""
    return {kind: sums for (kind,), sums in sums_by(question, "kind").items()}


def waterfall(question: Question) -> Movements:
    """From the MRR before the period to the MRR at its end; the steps add up exactly."""
    sums = sums_of(question)
    opening = stock(question, question.start - timedelta(days=1))
    closing = stock(question)
    moved = closing.value - opening.value - sum((s.amount for s in sums.values()), Decimal(0))
    steps = {
        kind.value: abs(sums.get(kind.value, Sums()).amount) / 12 for kind in Kind if kind != "fx"
    }
    return Movements(
        start=question.start,
        end=question.end,
        opening=opening.mrr,
        fx=sums.get(Kind.FX.value, Sums()).amount / 12,
        customers={kind: found.count for kind, found in sums.items()},
        moved=moved / 12,
        **steps,
    )


def largest_moves(question: Question, user: User, limit: int = 10) -> Sequence[Move]:
    """The largest movements of the period, of the customers somebody may see."""
    lines, values = lines_of(question)
    chosen, wanted = chosen_by(question)
    seen = ""
    names: dict[str, Any] = {}
    if not user.sees_every_customer:
        customers, names = seen_by(user, question)
        seen = f"AND customer_id IN ({customers})"
    with connection.cursor() as cursor:
        cursor.execute(
            LARGEST.format(lines=lines, chosen=chosen, seen=seen),
            values | wanted | names | {"limit": limit},
        )
        return [
            Move(day, customer, name, kind, reason, annual / 12)
            for day, customer, name, kind, reason, annual in cursor.fetchall()
        ]
