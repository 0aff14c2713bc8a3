"""What is paid at the end of a day, and by how many: MRR, ARR and ARPA (REV-1, REV-7, REV-9).

A run rate, not invoiced money: counts of the whole book, so there is no range. ARPA divides by
paying customers only, so that free accounts do not dilute it; its median tells of a few giants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import add_months
from lib.rates import Rate
from metrics.figure import Figure
from metrics.metric import Metric
from metrics.models import BookedMonth
from metrics.once import asked_once
from metrics.question import Question
from metrics.revenue.ledger import ledger_of
from metrics.revenue.movements import TURN
from metrics.revenue.start_set import DIMENSIONS, chosen_by, counted_where
from metrics.rows import Rows

DAY = timedelta(days=1)

# One row for each paying customer at the end of a day.
STOCK = """
    SELECT e.customer_id, {keys}, e.plan, 1 AS customers, e.balance AS value FROM (
        SELECT DISTINCT ON (customer_id) customer_id, balance, plan
        FROM {ledger} booked WHERE day <= %(day)s ORDER BY customer_id, day DESC, id DESC
    ) e {traits}
    WHERE e.balance > 0
"""
# What each month added to the customers who pay and to what they pay; the first with all before it.
ADDED = f"""
    SELECT greatest(date_trunc('month', day)::date, %(first)s), sum({TURN})::int, sum(amount)
    FROM {{ledger}} booked WHERE day < %(end)s GROUP BY 1
"""
STORED = "SELECT * FROM metrics_monthstock WHERE month = %(month)s"
MEDIAN = "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FROM ({stock}) paying"


@dataclass(frozen=True)
class Stock:
    """`value` is annual, in the reporting currency."""

    customers: int = 0
    value: Decimal = Decimal(0)

    @property
    def mrr(self) -> Decimal:
        return self.value / 12


def stock(question: Question, day: date | None = None) -> Stock:
    """Of those asked about, by the traits and the plan of a day; of the last day unless told."""
    return stocks_by(question, day=day).get(None) or Stock()


@asked_once
def stocks_by(
    question: Question, dimension: str = "", *, day: date | None = None
) -> dict[Any, Stock]:
    """One for each value of a dimension; without one, all of it under None."""
    source, values = source_of(question, day or question.day, dimension)
    chosen, wanted = chosen_by(question)
    key = dimension if dimension in DIMENSIONS else "NULL"
    statement = (
        f"SELECT {key}, coalesce(sum(customers), 0)::int, coalesce(sum(value), 0)"
        f" FROM ({source}) paying WHERE true {chosen} GROUP BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values | wanted)
        return {row[0]: Stock(*row[1:]) for row in cursor.fetchall()}


def stocks_by_month(question: Question, months: Sequence[date]) -> dict[date, Stock]:
    """The stock at the end of each month; of a running month as far as it is counted."""
    if not months or not (ledger_of(question).has_months and is_booked(months[-1])):
        if not question.is_narrowed:
            return _summed_up(question, months)
        ends = {month: min(add_months(month, 1) - DAY, question.today - DAY) for month in months}
        return {month: stock(question, day) for month, day in ends.items()}
    chosen, wanted = chosen_by(question)
    statement = (
        "SELECT month, sum(customers)::int, sum(value) FROM metrics_monthstock"
        f" WHERE month BETWEEN %(first)s AND %(last)s {chosen} GROUP BY month"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, wanted | {"first": months[0], "last": months[-1]})
        found = {row[0]: Stock(*row[1:]) for row in cursor.fetchall()}
    return {month: found.get(month, Stock()) for month in months}


def _summed_up(question: Question, months: Sequence[date]) -> dict[date, Stock]:
    """Of everybody, from one pass over the ledger: lines come to what is there after them."""
    if not months:
        return {}
    ledger = ledger_of(question)
    end = min(add_months(months[-1], 1), question.today)
    values = ledger.values | {"first": months[0], "end": end}
    with connection.cursor() as cursor:
        cursor.execute(ADDED.format(ledger=ledger.sql), values)
        added = {month: Stock(*sums) for month, *sums in cursor.fetchall()}
    found, customers, value = {}, 0, Decimal(0)
    for month in months:
        more = added.get(month, Stock())
        customers, value = customers + more.customers, value + more.value
        found[month] = Stock(customers, value)
    return found


def source_of(question: Question, day: date, dimension: str = "") -> tuple[str, dict[str, Any]]:
    """Rows with the columns of a stock: of a stored month where the day is its last."""
    is_last = (day + DAY).day == 1 or (question.is_up_to_now and day == question.day)
    if is_last and ledger_of(question).has_months and is_booked(day):
        return STORED, {"month": day.replace(day=1)}
    return customers_of(question, day, dimension)


@asked_once
def is_booked(day: date) -> bool:
    """The month of a day is summed up."""
    return BookedMonth.objects.filter(month=day.replace(day=1)).exists()


def customers_of(question: Question, day: date, dimension: str = "") -> tuple[str, dict[str, Any]]:
    """From the ledger, customer by customer; with the traits that are asked for."""
    ledger = ledger_of(question)
    keys, traits = counted_where(question, dimension, row="e", day="%(day)s")
    sql = STOCK.format(ledger=ledger.sql, keys=keys, traits=traits)
    return sql, ledger.values | {"day": day}


def paying_rows(question: Question, columns: str) -> Rows:
    """The paying customers of the last day; `columns` says how much each is above and below."""
    source, values = customers_of(question, question.day)
    chosen, wanted = chosen_by(question)
    return Rows(
        f"SELECT customer_id AS key, customer_id, '' AS label, {columns}, plan AS note"
        f" FROM ({source}) paying WHERE true {chosen}",
        values | wanted,
    )


def paying_figure(question: Question) -> Figure:
    customers = stock(question).customers
    return Figure(customers, numerator=customers, n=customers)


def mrr_figure(question: Question) -> Figure:
    paying = stock(question)
    return Figure(paying.mrr, numerator=paying.mrr, n=paying.customers)


def arr_figure(question: Question) -> Figure:
    paying = stock(question)
    return Figure(paying.value, numerator=paying.value, n=paying.customers)


def arpa_figure(question: Question) -> Figure:
    """Of annual values, so that both operands are exact."""
    paying = stock(question)
    rate = Rate(paying.value, 12 * paying.customers)
    figure = Figure.of_rate(rate, n=paying.customers)
    return figure.with_parts(lambda: {"median": median_mrr(question)})


def median_mrr(question: Question) -> Decimal | None:
    """MRR of the customer in the middle; None when nobody pays."""
    source, values = customers_of(question, question.day)
    chosen, wanted = chosen_by(question)
    chosen_stock = f"SELECT * FROM ({source}) every WHERE true {chosen}"
    with connection.cursor() as cursor:
        cursor.execute(MEDIAN.format(stock=chosen_stock), values | wanted)
        median = cursor.fetchone()[0]
    return None if median is None else Decimal(str(median)) / 12


PAYING_CUSTOMERS = Metric(
    code="paying_customers",
    rule="GEN-3",
    chapter="revenue",
    name=_("Paying customers"),
    unit="count",
    definition=_(
        "Companies with MRR above nothing at the end of the last day, however many subscriptions "
        "each of them has."
    ),
    formula=_("number of customers with MRR > 0"),
    compute=paying_figure,
    rows=lambda question: paying_rows(question, "1 AS numerator, 0 AS denominator"),
    page="metrics:revenue",
)
MRR = Metric(
    code="mrr",
    rule="REV-1",
    chapter="revenue",
    name=_("MRR"),
    unit="money",
    definition=_(
        "What the subscriptions in force at the end of the last day cost in a year, divided by "
        "twelve: after lasting discounts, without trials, pauses and one-off amounts."
    ),
    formula=_("annual value of all subscriptions in force / 12"),
    compute=mrr_figure,
    rows=lambda question: paying_rows(question, "value / 12 AS numerator, 0 AS denominator"),
    page="metrics:revenue",
)
ARR = Metric(
    code="arr",
    rule="REV-7",
    chapter="revenue",
    name=_("ARR"),
    unit="money",
    definition=_(
        "What the subscriptions in force at the end of the last day cost in a year. A run rate: "
        "neither bookings nor revenue."
    ),
    formula=_("annual value of all subscriptions in force"),
    compute=arr_figure,
    rows=lambda question: paying_rows(question, "value AS numerator, 0 AS denominator"),
    page="metrics:revenue",
)
ARPA = Metric(
    code="arpa",
    rule="REV-9",
    chapter="revenue",
    name=_("ARPA"),
    unit="money",
    definition=_(
        "MRR for each paying customer at the end of the last day. Customers who pay nothing are "
        "left out."
    ),
    formula=_("annual value of all subscriptions in force / (12 × paying customers)"),
    compute=arpa_figure,
    spread="above zero",
    rows=lambda question: paying_rows(question, "value AS numerator, 12 AS denominator"),
    page="metrics:revenue",
)
