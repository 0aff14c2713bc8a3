"""The rows behind a figure. They add up to it: Σ numerator / Σ denominator is the figure.

A metric hands over one SELECT with the columns `key` (of what a row is), `customer_id` (may be
null), `label` ('' for the customer's own name), `numerator`, `denominator` and `note` (a code or
words, may be ''). Which of them somebody sees is decided by `visible_to`; the totals are of all.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Self

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import CostLine
from lib.paging import PAGE_SIZE, Page
from metrics.models import RevenueMovement
from metrics.question import Question
from metrics.revenue.families import seen_by
from metrics.revenue.two_clocks import as_known

CHUNK = 2000
# What is left of equal customers after rounding.
NO_SPREAD = 1e-9
SQUARES = """
    SELECT count(*), sum(a), sum(b), sum(a * a), sum(a * b), sum(b * b)
    FROM ({customers}) customers WHERE a <> 0 OR b <> 0
"""
EACH = "SELECT numerator AS a, denominator AS b FROM ({rows}) every"
TOGETHER = """
    SELECT sum(numerator) AS a, sum(denominator) AS b FROM ({rows}) every GROUP BY customer_id
"""
# What the codes of notes mean. A note that is not here is somebody's own words.
NOTES: dict[str, Promise | str] = {
    **{str(kind.value): kind.label for kind in RevenueMovement.Kind},
    "kept": _("stayed"),
    "lost": _("left"),
    "paying": _("pays"),
    "buyer": _("bought"),
    "purchase": _("purchase"),
    "early_churn": _("came and left"),
    "early": _("renewed early"),
    "late": _("renewed late"),
    "renewed": _("renewed"),
    "open": _("not renewed yet"),
    "not_renewed": _("not renewed"),
    "new": _("new"),
    "scheduled": _("a change is scheduled"),
    **{str(kind.value): kind.label for kind in CostLine.Kind},
}


# A page, and beside each of its rows the totals of all; these also where the page is empty.
OPENED = """
    WITH every AS MATERIALIZED ({rows}), totals AS (
        SELECT coalesce(sum(numerator), 0) AS up, coalesce(sum(denominator), 0) AS down,
            count(*) AS n
        FROM every
    ), asked AS (
        SELECT *, true AS is_there FROM every {seen}
        ORDER BY {order} LIMIT %(rows_limit)s OFFSET %(rows_offset)s
    ) {squares}
    SELECT totals.up, totals.down, totals.n, asked.is_there, asked.key, asked.customer_id,
        coalesce(nullif(asked.label, ''), c.name, '') AS label, asked.numerator,
        asked.denominator, asked.note {squared}
    FROM totals {joined} LEFT JOIN asked ON true
    LEFT JOIN customers_customer c ON c.id = asked.customer_id
    ORDER BY {order}
"""


@dataclass(frozen=True)
class Row:
    """One case behind a figure."""

    key: int
    customer_id: int | None
    label: str
    numerator: Decimal
    denominator: Decimal
    note: str


@dataclass(frozen=True)
class Totals:
    """`error` is the relative one of the quotient, where it was asked for and can be told."""

    numerator: Decimal
    denominator: Decimal
    n: int
    error: float | None = None


@dataclass(frozen=True)
class Rows:
    """`kind` says what a row is: customer, response, purchase, cost_line, contract, person …

    Where a range is told by customers, a row of kind customer is all there is of one.
    `values` fill the SELECT's named placeholders. `order` is SQL over its columns. `question` says
    as of which day it is read, where it was asked as known then. `summed` says what `totals` says,
    where that is known for less than reading all rows.
    """

    sql: str
    values: dict[str, Any] = field(default_factory=dict)
    kind: str = "customer"
    order: str = "abs(numerator) DESC, key"
    question: Question | None = None
    summed: "Callable[[], Totals] | None" = None
    # On another clock its tables of costs are those of then, too.
    reads_costs: bool = False

    def visible_to(self, user: User) -> Self:
        """Without the rows of customers somebody may not see."""
        if user.is_authenticated and user.sees_every_customer:
            return self
        seen, values = seen_by(user, self.question)
        sql = f"SELECT * FROM ({self.sql}) asked WHERE customer_id IN ({seen})"
        return replace(self, sql=sql, values=self.values | values)

    def times(self, factor: Decimal) -> Self:
        """The same amounts in another currency."""
        sql = (
            "SELECT key, customer_id, label, numerator * %(money_factor)s AS numerator,"
            f" denominator, note FROM ({self.sql}) own"
        )
        return replace(self, sql=sql, values=self.values | {"money_factor": factor}, summed=None)

    def totals(self) -> Totals:
        """What all rows come to; an empty sum is 0."""
        sums = (
            "SELECT coalesce(sum(numerator), 0), coalesce(sum(denominator), 0), count(*)"
            f" FROM ({self.sql}) counted"
        )
        with self._as_known(), connection.cursor() as cursor:
            cursor.execute(sums, self.values)
            numerator, denominator, n = cursor.fetchone()
        return Totals(Decimal(numerator), Decimal(denominator), n)

    def relative_error(self) -> float | None:
        """That of Σ numerator / Σ denominator; the rows of one customer belong together."""
        with self._as_known(), connection.cursor() as cursor:
            cursor.execute(self._squares(self.sql), self.values)
            return _error(*cursor.fetchone())

    def page(self, number: int) -> Page[Row]:
        """One page; a row more is read to know whether there is a next."""
        found = list(self._read(limit=PAGE_SIZE + 1, offset=(number - 1) * PAGE_SIZE))
        return Page(found[:PAGE_SIZE], number, has_next=len(found) > PAGE_SIZE)

    def opened(
        self, user: User, number: int, *, with_error: bool = False
    ) -> tuple[Page[Row], Totals]:
        """A page of what somebody may see, and what all rows come to: one pass over them."""
        if self.summed is not None:
            with self._as_known():
                return self.visible_to(user).page(number), self.summed()
        seen, values = "", dict[str, Any]()
        if not (user.is_authenticated and user.sees_every_customer):
            visible, values = seen_by(user, self.question)
            seen = f"WHERE customer_id IN ({visible})"
        statement = OPENED.format(
            rows=self.sql,
            seen=seen,
            order=self.order,
            squares=f", squares AS ({self._squares('TABLE every')})" if with_error else "",
            squared=", squares.*" if with_error else "",
            joined="CROSS JOIN squares" if with_error else "",
        )
        values |= {"rows_limit": PAGE_SIZE + 1, "rows_offset": (number - 1) * PAGE_SIZE}
        with self._as_known(), connection.cursor() as cursor:
            cursor.execute(statement, self.values | values)
            lines = cursor.fetchall()
        numerator, denominator, n = lines[0][:3]
        error = _error(*lines[0][10:]) if with_error else None
        rows = [_row(line[4:10]) for line in lines if line[3]]
        page = Page(rows[:PAGE_SIZE], number, has_next=len(rows) > PAGE_SIZE)
        return page, Totals(Decimal(numerator), Decimal(denominator), n, error)

    def _squares(self, rows: str) -> str:
        """Where a row is a customer, its rows need not be brought together."""
        pairs = EACH if self.kind == "customer" else TOGETHER
        return SQUARES.format(customers=pairs.format(rows=rows))

    def all(self) -> Iterator[Row]:
        return self._read()

    def _as_known(self) -> AbstractContextManager[None]:
        if self.question is None:
            return nullcontext()
        return as_known(self.question, costs=self.reads_costs)

    def _read(self, limit: int | None = None, offset: int = 0) -> Iterator[Row]:
        """With the names of customers where a row has no words of its own."""
        sql = f"""
            SELECT asked.key, asked.customer_id,
                coalesce(nullif(asked.label, ''), c.name, '') AS label,
                asked.numerator, asked.denominator, asked.note
            FROM (SELECT * FROM ({self.sql}) every ORDER BY {self.order}
                LIMIT %(rows_limit)s OFFSET %(rows_offset)s) asked
            LEFT JOIN customers_customer c ON c.id = asked.customer_id ORDER BY {self.order}
        """
        with connection.cursor() as cursor:
            with self._as_known():
                cursor.execute(sql, self.values | {"rows_limit": limit, "rows_offset": offset})
            while lines := cursor.fetchmany(CHUNK):
                yield from map(_row, lines)


def relative_error(n: int, *sums: Decimal) -> float | None:
    """Standard error of the ratio of two sums, as a share of it, between n customers.

    With a and b the sums of a customer and R the ratio it is sqrt(n/(n−1) · Σ(a − R·b)²) / Σa, what
    drawing customers again and again comes to. Given are Σa, Σb, Σa², Σab, Σb². None below two
    customers, or where all have the same ratio.
    """
    up, down, up_up, up_down, down_down = sums
    if n < 2 or not up or not down:
        return None
    ratio = up / down
    residuals = up_up - 2 * ratio * up_down + ratio * ratio * down_down
    error = float(max(residuals, Decimal(0)) * n / (n - 1)) ** 0.5 / abs(float(up))
    return error if error > NO_SPREAD else None


def _error(n: int, *sums: Any) -> float | None:
    return relative_error(n, *(Decimal(number or 0) for number in sums))


def _row(line: tuple[Any, ...]) -> Row:
    key, customer_id, label, up, down, note = line
    return Row(key, customer_id, label, Decimal(up), Decimal(down), note)
