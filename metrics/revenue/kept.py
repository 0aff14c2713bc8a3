"""How much of the money at the start of a period is kept: NRR, GRR, revenue churn (REV-4 to REV-6).

All are measured on the start set of the period asked for, never chained from months. GRR caps each
customer at what it paid before. Gross revenue churn looks at the ledger instead: every loss counts,
also one that was made good inside the period.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import month_start
from lib.periods import trailing_months
from lib.rates import Rate, ratio
from metrics.figure import Figure
from metrics.intervals import WIDEST_SHARE, Interval
from metrics.metric import Metric
from metrics.question import Question
from metrics.revenue.growth import total
from metrics.revenue.ledger import ledger_of
from metrics.revenue.moves import LOSSES, lines_of, sums_of
from metrics.revenue.start_set import StartSet, chosen_by, customers_of, movers_of, start_set
from metrics.revenue.value import SCHEDULED_RISES
from metrics.rows import Rows

PARTS = """
    SELECT max(abs(change)) / nullif(sum(abs(change)), 0), coalesce(sum(risen.amount), 0)
    FROM ({started}) moved LEFT JOIN (
        SELECT customer_id AS riser, sum(amount) AS amount FROM {ledger} booked
        WHERE day >= %(start)s AND day < %(end)s AND kind = 'expansion' AND reason = ANY(%(rises)s)
        GROUP BY customer_id
    ) risen ON risen.riser = moved.customer_id
    WHERE is_start {chosen}
"""


def trailing_year(question: Question) -> Question:
    """The headline of NRR and GRR: the twelve months up to the last one that is over."""
    last = question.period.end - timedelta(days=1)
    if question.period.end > question.today:
        last = month_start(question.today) - timedelta(days=1)
    return question.about(period=trailing_months(last, 12))


def nrr_figure(question: Question) -> Figure:
    started = start_set(question)
    return _figure(started, started.nrr, started.nrr_interval, question)


def grr_figure(question: Question) -> Figure:
    started = start_set(question)
    return _figure(started, started.grr, started.grr_interval, question)


def net_churn_figure(question: Question) -> Figure:
    """1 − NRR, below zero where growth outweighs losses."""
    started = start_set(question)
    kept = started.nrr_interval
    rate = Rate(-started.change, started.start_value, started.nrr.reason)
    interval = kept and Interval(1 - kept.high, 1 - kept.low)
    return _figure(started, rate, interval, question)


def gross_churn_figure(question: Question) -> Figure:
    """Losses of the ledger over the money of the start set; `net_view` is 1 − GRR."""
    started, lost = start_set(question), total(sums_of(question), LOSSES)
    figure = Figure.of_rate(Rate(lost.amount, started.start_value, started.nrr.reason),
                            n=started.start_customers)  # fmt: skip
    net_view = ratio(-started.loss, started.start_value)
    return figure.with_parts(lambda: {"net_view": net_view})


def _figure(started: StartSet, rate: Rate, interval: Interval | None, question: Question) -> Figure:
    figure = Figure.of_rate(rate, n=started.start_customers, interval=interval)
    if interval and interval.width > WIDEST_SHARE:
        figure = replace(figure, flag="low_confidence")
    return figure.with_parts(lambda: _parts(started, question))


def _parts(started: StartSet, question: Question) -> Mapping[str, Decimal | None]:
    """The largest customer's part of all change, and NRR without rises agreed before."""
    source, values = movers_of(question)
    chosen, wanted = chosen_by(question)
    statement = PARTS.format(started=source, ledger=ledger_of(question).sql, chosen=chosen)
    with connection.cursor() as cursor:
        cursor.execute(statement, values | wanted | {"rises": SCHEDULED_RISES})
        largest, rises = cursor.fetchone()
    without = ratio(started.start_value + started.change - rises, started.start_value)
    return {"largest_share": largest, "nrr_without_scheduled_rises": without}


def start_rows(question: Question, numerator: str) -> Rows:
    """One line for each customer of the start set, with its values `s` and `e` at both ends."""
    source, values = customers_of(question)
    chosen, wanted = chosen_by(question)
    return Rows(
        f"SELECT customer_id AS key, customer_id, '' AS label, {numerator} AS numerator,"
        " s AS denominator, CASE WHEN e = 0 THEN 'lost' WHEN e < s THEN 'contraction'"
        " WHEN e > s THEN 'expansion' ELSE 'kept' END AS note"
        f" FROM ({source}) moved WHERE is_start {chosen}",
        values | wanted,
        order="abs(denominator - numerator) DESC, key",
    )


def gross_churn_rows(question: Question) -> Rows:
    """The losses of each customer beside what it paid at the start."""
    source, values = customers_of(question)
    lines, spanned = lines_of(question)
    chosen, wanted = chosen_by(question)
    return Rows(
        "SELECT customer_id AS key, customer_id, '' AS label, coalesce(lost, 0) AS numerator,"
        " coalesce(start_value, 0) AS denominator, '' AS note FROM ("
        f"SELECT customer_id, start_value FROM ({source}) moved WHERE is_start {chosen}) started"
        " FULL JOIN (SELECT customer_id, sum(-amount) AS lost"
        f" FROM ({lines}) moved WHERE kind = ANY(%(losses)s) {chosen} GROUP BY customer_id"
        ") losses USING (customer_id)",
        values | spanned | wanted | {"losses": list(LOSSES)},
    )


NRR = Metric(
    code="nrr",
    rule="REV-5",
    chapter="revenue",
    name=_("NRR"),
    unit="share",
    definition=_(
        "Net revenue retention: what the customers who paid before the period pay at its end, over "
        "what they paid then, both at the rates of the end. New and won-back customers are out."
    ),
    formula=_("value at the end of those who paid before / their value then"),
    compute=nrr_figure,
    rows=lambda question: start_rows(question, "e"),
    page="metrics:revenue",
)
GRR = Metric(
    code="grr",
    rule="REV-6",
    chapter="revenue",
    name=_("GRR"),
    unit="share",
    definition=_(
        "Gross revenue retention: as NRR, but no customer counts for more than it paid before the "
        "period. What one gains never hides what another loses."
    ),
    formula=_("sum of the smaller of start and end of each customer / value at the start"),
    compute=grr_figure,
    rows=lambda question: start_rows(question, "least(e, s)"),
    page="metrics:revenue",
)
NET_REVENUE_CHURN = Metric(
    code="net_revenue_churn",
    rule="REV-4",
    chapter="revenue",
    name=_("Net revenue churn"),
    unit="share",
    definition=_(
        "What the customers who paid before the period pay less at its end, losses less expansion. "
        "Below zero their growth outweighs the losses. Won-back customers are not in it."
    ),
    formula=_("1 − NRR"),
    compute=net_churn_figure,
    rows=lambda question: start_rows(question, "s - e"),
    page="metrics:revenue",
    good="down",
)
GROSS_REVENUE_CHURN = Metric(
    code="gross_revenue_churn",
    rule="REV-4",
    chapter="revenue",
    name=_("Gross revenue churn"),
    unit="share",
    definition=_(
        "Churn and contraction booked in the period over the money paid before it. Every loss "
        "counts, also one made good in the period; nothing gained is set against it."
    ),
    formula=_("(churn + contraction) / value before the period"),
    spread="around",
    compute=gross_churn_figure,
    rows=gross_churn_rows,
    page="metrics:revenue",
    good="down",
)
