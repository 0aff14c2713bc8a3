"""Monthly logo churn pooled over twelve whole months: customers lost / customer-months (LTV-2).

A customer-month is a customer who paid on the day before a month; asked about some only, it counts
under the traits and the plan of that day. One rate out of all twelve is steadier than the mean of
twelve rates.
"""

from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import add_months, month_start
from lib.embedding import embedded
from lib.periods import Period, month_of
from lib.rates import Rate
from metrics.figure import Figure
from metrics.intervals import wilson
from metrics.metric import Metric
from metrics.models import BookedMonth, CustomerTrait
from metrics.once import asked_once
from metrics.question import Question
from metrics.revenue.ledger import ledger_of
from metrics.revenue.movements import TURN, TURNS
from metrics.revenue.start_set import ANYWHERE, KEYS, chosen_by
from metrics.rows import Rows

MONTHS = 12
# `%(borders)s` are the first days of the twelve months and of the one behind them. A line that
# makes a customer a paying one, or no more, bears on the eves behind it; who paid before a month
# and not after it turned away once more than back.
OF_EVERYBODY = f"""
    SELECT customer_id AS key, customer_id, '' AS label,
        count(*) FILTER (WHERE month > 0 AND turned < 0) AS numerator,
        sum(turned * ({MONTHS} - month)) AS denominator, '' AS note
    FROM (
        SELECT customer_id, width_bucket(day, %(borders)s::date[]) AS month, sum({TURN}) AS turned
        FROM metrics_revenuemovement WHERE day < %(end)s AND {TURNS} GROUP BY 1, 2
    ) monthly GROUP BY customer_id HAVING sum(turned * ({MONTHS} - month)) > 0
"""
# The days of each balance of a customer, and which eves are among them: from the first on, up to
# and without another. Behind the twelfth stands the last day of the last month.
SPANS = """
    SELECT customer_id, plan, balance, day AS since, lead(day, 1, 'infinity') OVER (
        PARTITION BY customer_id ORDER BY day, id) AS until
    FROM metrics_revenuemovement WHERE day < %(end)s {narrowed}
"""
EVES = """
    width_bucket({since}, %(borders)s::date[]) AS first,
    width_bucket({until}, %(borders)s::date[]) AS upto
"""
WITHOUT_TRAITS = f"""
    SELECT span.customer_id, plan, balance, {ANYWHERE},
        {EVES.format(since="span.since", until="span.until")}
    FROM ({SPANS}) span
"""
BY_TRAITS = f"""
    SELECT span.customer_id, plan, balance, {KEYS}, {
    EVES.format(since="greatest(span.since, t.since)", until="least(span.until, t.until)")
}
    FROM ({SPANS}) span LEFT JOIN metrics_customertrait t ON t.customer_id = span.customer_id
        AND t.since < span.until AND (t.until IS NULL OR t.until > span.since)
"""
# Of customers under the traits and the plan of each eve; traits follow one another without a gap.
# Lost is who pays on its last eve and not on the next one.
OF_SOME = f"""
    SELECT customer_id AS key, customer_id, '' AS label,
        count(*) FILTER (WHERE upto <= {MONTHS} AND following = 0) AS numerator,
        sum(least(upto, {MONTHS}) - first) AS denominator, '' AS note
    FROM (
        SELECT *, lead(balance) OVER (PARTITION BY customer_id ORDER BY first) AS following
        FROM ({{pieces}}) every WHERE upto > first
    ) p WHERE balance > 0 AND first < {MONTHS} {{chosen}} GROUP BY customer_id
"""
EVER_ON_PLAN = """
    AND customer_id IN (
        SELECT customer_id FROM metrics_revenuemovement WHERE plan = %(chosen_plan)s)
"""
STORED = """
    SELECT coalesce(sum(lost), 0), coalesce(sum(start_customers), 0)
    FROM metrics_monthbook WHERE month = ANY(%(wanted)s) AND window_months = 1 {chosen}
"""


def last_whole_month_ends(day: date) -> date:
    """The first day after the last month that is over at the end of a day."""
    following = date.fromordinal(day.toordinal() + 1)
    return month_start(following)


def months_of(question: Question) -> list[Period]:
    """The twelve last months that are over."""
    end = last_whole_month_ends(question.day)
    return [month_of(add_months(end, n - MONTHS)) for n in range(MONTHS)]


def pooled_churn_rows(question: Question) -> Rows:
    end = last_whole_month_ends(question.day)
    borders = [add_months(end, n - MONTHS) for n in range(MONTHS + 1)]
    values: dict[str, Any] = {"borders": borders, "end": end}
    if not question.is_narrowed:
        return Rows(OF_EVERYBODY, values)
    narrowed, known = ever_of(question)
    chosen, wanted = chosen_by(question)
    asked = (question.segment, question.csm, question.touch)
    pieces = WITHOUT_TRAITS if all(trait is None for trait in asked) else BY_TRAITS
    statement = OF_SOME.format(pieces=pieces.format(narrowed=narrowed), chosen=chosen)
    return Rows(statement, values | known | wanted)


def ever_of(question: Question) -> tuple[str, dict[str, Any]]:
    """`AND …` for who had the traits or the plan at any time, so that others are not looked at."""
    asked = {"segment": question.segment, "csm_id": question.csm, "touch": question.touch}
    met = {name: value for name, value in asked.items() if value}
    found, values = "", dict[str, Any]()
    if met:
        sql, values = embedded(CustomerTrait.objects.filter(**met).values("customer_id"), "ever")
        found = f"AND customer_id IN ({sql})"
    return (found + EVER_ON_PLAN, values) if question.plan else (found, values)


@asked_once
def pooled_churn(question: Question) -> Rate:
    """From stored months where all twelve are there; else customer by customer."""
    counted = stored_churn(question)
    if counted is None:
        totals = pooled_churn_rows(question).totals()
        counted = int(totals.numerator), int(totals.denominator)
    lost, months = counted
    return Rate(lost, months, "" if months else "no_start")


def stored_churn(question: Question) -> tuple[int, int] | None:
    """Lost and customer-months of the twelve months; None when one of them is not stored."""
    months = [period.start for period in months_of(question)]
    booked = BookedMonth.objects.filter(month__in=months, windows__contains=[1])
    if not ledger_of(question).has_months or booked.count() < MONTHS:
        return None
    chosen, values = chosen_by(question)
    with connection.cursor() as cursor:
        cursor.execute(STORED.format(chosen=chosen), values | {"wanted": months})
        lost, customers = cursor.fetchone()
    return int(lost), int(customers)


def pooled_churn_figure(question: Question) -> Figure:
    rate = pooled_churn(question)
    return Figure.of_share(rate, wilson(int(rate.numerator), int(rate.denominator)))


POOLED_CHURN = Metric(
    code="pooled_churn", rule="LTV-2", chapter="value", name=_("Monthly churn over twelve months"),
    unit="share",
    definition=_("Customers lost in the last twelve whole months divided by customer-months: for "
                 "each month those who paid on the day before it."),
    formula=_("customers lost / customer-months"),
    compute=pooled_churn_figure, rows=pooled_churn_rows, page="metrics:value_and_cost",
    good="down",
)  # fmt: skip
