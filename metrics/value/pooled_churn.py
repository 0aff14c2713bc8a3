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
from metrics.revenue.start_set import KEYS, TRAITS, chosen_by
from metrics.rows import Rows

MONTHS = 12
_BEFORE = ", ".join(
    f"coalesce(sum({TURN}) FILTER (WHERE day < %(border_{n})s), 0) > 0 AS paid_{n}"
    for n in range(MONTHS + 1)
)
_MONTHS = " + ".join(f"paid_{n}::int" for n in range(MONTHS))
_LOST = " + ".join(f"(paid_{n} AND NOT paid_{n + 1})::int" for n in range(MONTHS))
OF_EVERYBODY = f"""
    SELECT customer_id AS key, customer_id, '' AS label, {_LOST} AS numerator,
        {_MONTHS} AS denominator, '' AS note
    FROM (
        SELECT customer_id, {_BEFORE} FROM metrics_revenuemovement
        WHERE day < %(border_{MONTHS})s AND {TURNS} GROUP BY customer_id
        -- What was paid on an eve is asked once, not at each use.
        OFFSET 0
    ) watched WHERE {_MONTHS} > 0
"""
# The twelve eves of months, and the last day of the last one.
EVES = """
    SELECT n, (%(first)s::date + n * interval '1 month')::date - 1 AS day
    FROM generate_series(0, %(months)s) n
"""
# Of each customer the eves it paid on, and whether it still paid on the next one.
PAID = """
    SELECT customer_id, plan, eve.n, eve.day, coalesce(lead(eve.n) OVER w = eve.n + 1, false)
        AS is_kept
    FROM (
        SELECT customer_id, plan, balance, day, lead(day, 1, 'infinity') OVER (
            PARTITION BY customer_id ORDER BY day, id) AS until
        FROM metrics_revenuemovement WHERE day < %(end)s {narrowed}
    ) span
    JOIN ({eves}) eve ON span.day <= eve.day AND eve.day < span.until
    WHERE span.balance > 0 WINDOW w AS (PARTITION BY customer_id ORDER BY eve.n)
"""
# The same of customers under the traits and the plan of each eve.
OF_SOME = f"""
    SELECT p.customer_id AS key, p.customer_id, '' AS label,
        count(*) FILTER (WHERE NOT is_kept) AS numerator, count(*) AS denominator, '' AS note
    FROM (
        SELECT paid.*, {KEYS} FROM ({PAID}) paid {TRAITS.format(row="paid", day="paid.day")}
        WHERE paid.n < %(months)s
    ) p WHERE true {{chosen}} GROUP BY p.customer_id
""".replace("{eves}", EVES)
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
    if not question.is_narrowed:
        return Rows(OF_EVERYBODY, {
            f"border_{n}": add_months(end, n - MONTHS) for n in range(MONTHS + 1)
        })  # fmt: skip
    narrowed, values = ever_of(question)
    chosen, wanted = chosen_by(question)
    values |= wanted | {"first": add_months(end, -MONTHS), "end": end, "months": MONTHS}
    return Rows(OF_SOME.format(narrowed=narrowed, chosen=chosen), values)


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
