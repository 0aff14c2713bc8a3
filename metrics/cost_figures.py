"""Retention and acquisition cost as figures, from cost lines, touchpoints and the ledger (COST).

CRC = Σ cost lines × their retention share. Per customer it is divided by the customers *retained*
over the period, beside it by the average number of customers, and as a share of average ARR.
CAC = acquisition spend / *new* customers of the same period; won-back ones are not new.
Payback = CAC / (ARPA of new customers × gross margin), in months. An empty divisor gives no figure,
never zero or infinity.
Lines without a customer belong to the whole company: asked about some customers only, figures
made of them are undefined. Cost to serve can be asked about anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from customers.models import CostLine, RoleRate
from lib.days import add_months
from lib.rates import ratio
from metrics.assumptions import Name, assumed
from metrics.figure import Figure, Number
from metrics.intervals import Interval
from metrics.metric import Metric
from metrics.models import RevenueMovement
from metrics.once import asked_once
from metrics.question import Question
from metrics.retention.survival import survival_at
from metrics.revenue.start_set import start_set
from metrics.revenue.stock import Stock, stock
from metrics.rows import Rows, Totals
from metrics.spending import (
    LINES,
    SERVED_CUSTOMERS,
    SERVED_TOGETHER,
    SERVING,
    spending_parameters,
)

# Beyond so many months payback has to be read with the share of customers who stay so long.
LONG_PAYBACK = 24
Below = Callable[[Question], tuple[Decimal, int]]

# The lines of a period, each with the part that serves `{share}`.
SPENT = f"""
    SELECT id AS key, customer_id, label, round(amount * {{share}}, 12) AS numerator,
        0 AS denominator, kind AS note
    FROM ({LINES}) lines WHERE {{share}} > 0
"""
# Annual value of each customer before the period and at its end: that of its last line.
LAST = """
    SELECT DISTINCT ON (customer_id) customer_id, balance FROM metrics_revenuemovement
    WHERE {days} ORDER BY customer_id, day DESC, id DESC
"""
BOOK = f"""
    SELECT customer_id, coalesce(old.balance, 0) AS before,
        coalesce(new.balance, old.balance) AS after
    FROM ({LAST.format(days="day < %(start)s")}) old
    FULL JOIN ({LAST.format(days="day >= %(start)s AND day < %(end)s")}) new USING (customer_id)
"""
RETAINED = f"""
    SELECT customer_id AS key, customer_id, '' AS label, 0 AS numerator, 1 AS denominator,
        'kept' AS note
    FROM ({BOOK}) book WHERE before > 0 AND after > 0
"""
# Half of everybody who paid at the start and half of everybody at the end.
AVERAGE = f"""
    SELECT customer_id AS key, customer_id, '' AS label, 0 AS numerator,
        ((before > 0)::int + (after > 0)::int) / 2.0 AS denominator, 'paying' AS note
    FROM ({BOOK}) book WHERE before > 0 OR after > 0
"""
AVERAGE_ARR = f"""
    SELECT customer_id AS key, customer_id, '' AS label, 0 AS numerator,
        (before + after) / 2 AS denominator, 'paying' AS note
    FROM ({BOOK}) book WHERE before > 0 OR after > 0
"""
WON = """
    SELECT customer_id AS key, customer_id, '' AS label, 0 AS numerator, 1 AS denominator,
        'new' AS note
    FROM metrics_revenuemovement WHERE kind = 'new' AND day >= %(start)s AND day < %(end)s
"""
WON_MARGIN = """
    SELECT customer_id AS key, customer_id, '' AS label, 0 AS numerator,
        amount / 12 * %(margin)s AS denominator, 'new' AS note
    FROM metrics_revenuemovement WHERE kind = 'new' AND day >= %(start)s AND day < %(end)s
"""
SERVED = f"""
    SELECT s.customer_id AS key, s.customer_id, '' AS label, s.amount AS numerator,
        0 AS denominator, '' AS note
    FROM ({SERVING}) s WHERE true {{narrowed}}
"""
SERVED_AND_PAYING = f"""
    SELECT customer_id AS key, customer_id, '' AS label, coalesce(s.amount, 0) AS numerator,
        CASE WHEN p.customer_id IS NULL THEN 0 ELSE 1 END AS denominator, '' AS note
    FROM ({SERVING}) s FULL JOIN (
        SELECT customer_id FROM ({LAST.format(days="day < %(end)s")}) last WHERE balance > 0
    ) p USING (customer_id)
    WHERE true {{narrowed}}
"""
KEEPING = SPENT.format(share="retention_share")
# What won the customers of a period may have been spent months before it.
WINNING = (
    SPENT.format(share="acquisition_share")
    .replace("%(start)s", "%(spent_from)s")
    .replace("%(end)s", "%(spent_to)s")
)


def rows_of(sql: str, **more: Any) -> Any:
    """The function that hands over the rows of a question about the whole company."""

    def rows(question: Question) -> Rows:
        values = spending_parameters(question.start, question.end) | more
        if "%(spent_from)s" in sql:
            values |= winning_parameters(question.start, question.end)
        if "%(margin)s" in sql:
            values["margin"] = assumed(Name.GROSS_MARGIN, question.day)
        return Rows(sql, values, kind="cost line")

    return rows


@asked_once
def spent_on(lines: str, question: Question) -> Totals:
    totals: Totals = rows_of(lines)(question).totals()
    return totals


def why_nothing_was_spent(lines: str, start: date, end: date) -> str:
    """Nothing at all was entered for the days, or nothing of this kind."""
    reason = "no_costs_of_keeping"
    if lines == WINNING:
        reason, days = "no_costs_of_winning", winning_parameters(start, end)
        start, end = days["spent_from"], days["spent_to"]
    return reason if anything_was_spent(start, end) else "no_cost_lines"


def anything_was_spent(start: date, end: date) -> bool:
    return CostLine.objects.filter(starts_on__lt=end, until__gt=start).exists()


def quotient_of(lines: str, below: Below, empty: str) -> Any:
    """The function that divides cost lines by what stands below; `empty` is the reason without it.

    Where no costs are entered they are not known, which is not the same as nothing.

    What stands below comes from stored months, where the period has them: the rows that the figure
    opens to are counted from the ledger and come to the same.
    """

    def figure(question: Question) -> Figure:
        if question.is_narrowed:
            return Figure.undefined("of_whole_company")
        spending = spent_on(lines, question)
        spent = spending.numerator
        whole, n = below(question)
        if not whole:
            return Figure.undefined(empty, numerator=spent, denominator=0)
        if not spending.n:
            reason = why_nothing_was_spent(lines, question.start, question.end)
            return Figure.undefined(reason, numerator=spent, denominator=whole, n=n)
        return Figure(spent / whole, spent, whole, n)

    return figure


def retained(question: Question) -> tuple[Decimal, int]:
    started = start_set(question)
    kept = started.start_customers - started.lost
    return Decimal(kept), kept


def ends_of(question: Question) -> tuple[Stock, Stock]:
    """Who paid before the period, and on its last day."""
    return stock(question, question.start - timedelta(days=1)), stock(question)


def average_customers(question: Question) -> tuple[Decimal, int]:
    before, after = ends_of(question)
    return Decimal(before.customers + after.customers) / 2, after.customers


def average_arr(question: Question) -> tuple[Decimal, int]:
    before, after = ends_of(question)
    return (before.value + after.value) / 2, after.customers


def won(question: Question) -> tuple[Decimal, int]:
    customers = won_between(question.start, question.end)
    return Decimal(customers), customers


def won_between(start: date, end: date) -> int:
    """As many as WON has rows: counted along the days, without reading whose they are."""
    booked = RevenueMovement.objects.filter(kind=RevenueMovement.Kind.NEW)
    return booked.filter(day__gte=start, day__lt=end).count()


def won_margin(question: Question) -> tuple[Decimal, int]:
    totals = rows_of(WON_MARGIN)(question).totals()
    return totals.denominator, totals.n


def both(first: str, second: str) -> str:
    return f"{first} UNION ALL {second}"


def crc_figure(question: Question) -> Figure:
    if question.is_narrowed:
        return Figure.undefined("of_whole_company")
    totals = spent_on(KEEPING, question)
    if not totals.n:
        return Figure.undefined(why_nothing_was_spent(KEEPING, question.start, question.end))
    return Figure(totals.numerator, totals.numerator, n=totals.n)


def winning_parameters(start: date, end: date) -> dict[str, date]:
    """The days of the spending that won the customers of `[start, end)`."""
    lag = int(assumed(Name.ACQUISITION_LAG, end - timedelta(days=1)))
    return {"spent_from": add_months(start, -lag), "spent_to": add_months(end, -lag)}


def cac_of(start: date, end: date) -> tuple[Decimal, int, Number | None]:
    """Acquisition spend, customers won and their quotient of the days `[start, end)`."""
    values = spending_parameters(start, end) | winning_parameters(start, end)
    spent, customers = Rows(WINNING, values).totals().numerator, won_between(start, end)
    return spent, customers, ratio(spent, customers)


def payback_figure(question: Question) -> Figure:
    figure = quotient_of(WINNING, won_margin, "nobody_won")(question)
    if figure.reason == "nobody_won" and assumed(Name.GROSS_MARGIN, question.day) <= 0:
        return Figure.undefined("never", numerator=figure.numerator, denominator=0)
    if figure.value is None or figure.value <= LONG_PAYBACK:
        return figure
    months = float(figure.value)
    return figure.with_parts(lambda: {"still_there_at_payback": survival_at(question, months)})


def serving_rows(sql: str) -> Any:
    def rows(question: Question) -> Rows:
        narrowed, values = question.narrowing(question.day)
        values |= spending_parameters(question.start, question.end)
        return Rows(sql.format(narrowed=narrowed), values)

    return rows


@dataclass(frozen=True)
class Served:
    """What serving cost, and how many minutes are not in it because nobody said what they cost."""

    cost: Decimal
    minutes_without_cost: int

    def marked(self, figure: Figure) -> Figure:
        if not self.minutes_without_cost:
            return figure
        parts = {"minutes_without_cost": self.minutes_without_cost}
        return replace(figure, parts=parts).flagged("minutes_without_cost")


@asked_once
def served_together(question: Question) -> Served:
    """What the rows of cost to serve come to, without setting customers apart."""
    narrowed, values = question.narrowing(question.day)
    values |= spending_parameters(question.start, question.end)
    with connection.cursor() as cursor:
        cursor.execute(SERVED_TOGETHER.format(narrowed=narrowed), values)
        return Served(*cursor.fetchone())


def is_known(served: Served, question: Question) -> bool:
    """Nothing is what serving cost only where somebody said what an hour costs."""
    return bool(served.cost) or RoleRate.objects.filter(effective_on__lt=question.end).exists()


def why_serving_is_unknown(question: Question) -> str:
    entered = anything_was_spent(question.start, question.end)
    return "no_costs_of_serving" if entered else "no_cost_lines"


def served_customers(question: Question) -> int:
    """How many rows those are: customers somebody spent time or money on."""
    narrowed, values = question.narrowing(question.day)
    values |= spending_parameters(question.start, question.end)
    with connection.cursor() as cursor:
        cursor.execute(SERVED_CUSTOMERS.format(narrowed=narrowed), values)
        return int(cursor.fetchone()[0])


def serving_figure(question: Question) -> Figure:
    served, customers = served_together(question), served_customers(question)
    if not is_known(served, question):
        reason = why_serving_is_unknown(question)
        return Figure.undefined(reason, numerator=served.cost, n=customers)
    return served.marked(Figure(served.cost, served.cost, n=customers))


def serving_per_customer(question: Question) -> Figure:
    served = served_together(question)
    cost, paying = served.cost, stock(question).customers
    if not paying:
        return Figure.undefined("no_data", numerator=cost, denominator=0)
    if not is_known(served, question):
        reason = why_serving_is_unknown(question)
        return Figure.undefined(reason, numerator=cost, denominator=paying, n=paying)
    return served.marked(Figure(cost / paying, cost, paying, paying))


def range_over(interval: Interval | None, cost: Number | None) -> Interval | None:
    """The range of a value divided by a cost that is known exactly."""
    return interval.scaled(1 / float(cost)) if interval and cost else None


_RETENTION = _("cost lines × their share for keeping customers")
CRC = Metric(
    code="crc", rule="COST-1", chapter="cost", name=_("Customer retention cost"), unit="money",
    definition=_("What was spent in the period to keep customers: each cost line by the days it "
                 "shares with the period and by its share for keeping customers."),
    formula=_RETENTION, compute=crc_figure, rows=rows_of(KEEPING), page="metrics:value_and_cost",
    good="down", groupings=("month",),
)  # fmt: skip
CRC_PER_CUSTOMER = Metric(
    code="crc_per_customer", rule="COST-1", chapter="cost",
    name=_("Retention cost per retained customer"), unit="money",
    definition=_("Customer retention cost divided by the customers who paid before the period and "
                 "still pay on its last day."),
    formula=_("customer retention cost / customers retained"),
    compute=quotient_of(KEEPING, retained, "nobody_retained"),
    rows=rows_of(both(KEEPING, RETAINED)), page="metrics:value_and_cost", good="down",
    groupings=("month",),
)  # fmt: skip
CRC_PER_AVERAGE_CUSTOMER = Metric(
    code="crc_per_average_customer", rule="COST-1", chapter="cost",
    name=_("Retention cost per average customer"), unit="money",
    definition=_("Customer retention cost divided by the mean of the paying customers before the "
                 "period and on its last day. Others report it this way."),
    formula=_("customer retention cost / average paying customers"),
    compute=quotient_of(KEEPING, average_customers, "no_data"),
    rows=rows_of(both(KEEPING, AVERAGE)), page="metrics:value_and_cost", good="down",
    groupings=("month",),
)  # fmt: skip
CRC_SHARE = Metric(
    code="crc_share_of_arr", rule="COST-1", chapter="cost",
    name=_("Retention cost as a share of ARR"), unit="share",
    definition=_("Customer retention cost of the period divided by the mean of ARR before the "
                 "period and on its last day. Of a month it is set against a year's revenue."),
    formula=_("customer retention cost / average ARR"),
    compute=quotient_of(KEEPING, average_arr, "no_data"),
    rows=rows_of(both(KEEPING, AVERAGE_ARR)), page="metrics:value_and_cost", good="down",
    groupings=("month",),
)  # fmt: skip
CAC = Metric(
    code="cac", rule="COST-2", chapter="cost", name=_("Customer acquisition cost"), unit="money",
    definition=_("What was spent in the period to win customers, divided by the customers who "
                 "paid for the first time in it. Customers won back are not new."),
    formula=_("cost lines × their share for winning customers / new customers"),
    compute=quotient_of(WINNING, won, "nobody_won"), rows=rows_of(both(WINNING, WON)),
    page="metrics:value_and_cost", good="down", groupings=("month",),
)  # fmt: skip
PAYBACK = Metric(
    code="payback", rule="COST-4", chapter="cost", name=_("CAC payback"), unit="months",
    definition=_("After how many months the margin of the new customers has paid what winning "
                 "them cost. It does not know that some of them leave."),
    formula=_("acquisition cost / (new MRR × gross margin)"),
    compute=payback_figure, rows=rows_of(both(WINNING, WON_MARGIN)),
    page="metrics:value_and_cost", good="down", groupings=("month",),
)  # fmt: skip
COST_TO_SERVE = Metric(
    code="cost_to_serve", rule="COST-1", chapter="cost", name=_("Cost to serve"), unit="money",
    definition=_("What serving customers cost in the period: minutes of touchpoints at the hourly "
                 "cost of the author's role, and cost lines entered for one customer."),
    formula=_("Σ minutes / 60 × cost of an hour + cost lines of single customers"),
    compute=serving_figure, rows=serving_rows(SERVED), page="metrics:value_and_cost", good="down",
)  # fmt: skip
COST_TO_SERVE_PER_CUSTOMER = Metric(
    code="cost_to_serve_per_customer", rule="COST-1", chapter="cost",
    name=_("Cost to serve per customer"), unit="money",
    definition=_("Cost to serve divided by the customers who pay on the last day."),
    formula=_("cost to serve / paying customers"),
    compute=serving_per_customer, rows=serving_rows(SERVED_AND_PAYING),
    page="metrics:value_and_cost", good="down",
)  # fmt: skip
COSTS = (CRC, CRC_PER_CUSTOMER, CRC_PER_AVERAGE_CUSTOMER, CRC_SHARE, CAC, PAYBACK, COST_TO_SERVE,
         COST_TO_SERVE_PER_CUSTOMER)  # fmt: skip
