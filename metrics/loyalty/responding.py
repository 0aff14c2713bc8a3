"""Who answers: the response rate by send cohort, and whose voice is heard (SUR-4).

Response rate = answers / delivered invitations of the mails *sent* in the period; an answer counts
whenever it arrives. Delivered are those sent and not returned: who was suppressed was not sent to;
of an earlier tool it is what that tool says (surveys/asked_elsewhere.py). While a survey of the
cohort is open the figure is maturing. Opens are nothing here. Coverage is the share of paying
customers, and of MRR, with at least one counted answer of any kind in the period.
Invitations and customers are counted under the traits of the day of sending and of the last day.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import day_start
from lib.rates import Rate
from metrics.figure import Figure
from metrics.insiders import insiders
from metrics.intervals import wilson
from metrics.loyalty.answers import CES, CSAT, EFFORT, NPS, PLACE, moments, narrowing
from metrics.metric import Metric
from metrics.once import asked_once
from metrics.question import Question
from metrics.revenue.latest import BALANCE, PLAN, STANDING
from metrics.revenue.start_set import KEYS, TRAITS, chosen_by
from metrics.revenue.stock import customers_of, stock
from metrics.rows import Rows

# Few mails ever come back: only these contacts are looked at.
BOUNCED = "(SELECT id, bounced_at FROM customers_contact WHERE bounced_at IS NOT NULL)"
DELIVERED = """
    SELECT * FROM (
        SELECT i.key, i.customer_id, (i.sent_at AT TIME ZONE %(zone)s)::date AS day,
            i.wave_id = ANY(ARRAY(SELECT id FROM surveys_wave WHERE closes_at > %(now)s))
                AS is_open,
            coalesce(i.answered_at < %(known)s, false) AS has_answered, {place}
        FROM metrics_countedinvitation i
        LEFT JOIN {bounced} c ON c.id = i.contact_id
        WHERE i.sent_at >= %(from)s AND i.sent_at < %(to)s
            AND NOT coalesce(i.is_returned, c.bounced_at >= i.sent_at, false)
            AND i.contact_id <> ALL(%(our_contacts)s::bigint[])
    ) a WHERE true {narrowed}
"""
RATE = """
    SELECT count(*), count(*) FILTER (WHERE has_answered),
        coalesce(bool_or(is_open), false)
    FROM ({delivered}) delivered
"""
RATE_ROWS = """
    SELECT key, customer_id, '' AS label, has_answered::int AS numerator, 1 AS denominator,
        CASE WHEN has_answered THEN 'answered' WHEN is_open THEN 'waiting'
            ELSE 'silent' END AS note
    FROM ({delivered}) delivered
"""
FUNNEL = """
    SELECT count(*), count(sent_at),
        count(sent_at) FILTER (
            WHERE NOT coalesce(a.is_returned, c.bounced_at >= a.sent_at, false)),
        count(answered_at), count(*) FILTER (WHERE answered_at IS NOT NULL AND has_comment)
    FROM (SELECT *, (created_at AT TIME ZONE %(zone)s)::date AS day, {place}
        FROM metrics_countedinvitation i
        WHERE created_at >= %(from)s AND created_at < %(to)s) a
    LEFT JOIN {bounced} c ON c.id = a.contact_id
    WHERE true {narrowed}
"""
COVERAGE = """
    SELECT p.customer_id AS key, p.customer_id, '' AS label,
        CASE WHEN h.customer_id IS NULL THEN 0 ELSE {weight} END AS numerator,
        {weight} AS denominator,
        CASE WHEN h.customer_id IS NULL THEN 'silent' ELSE 'heard' END AS note
    FROM (SELECT customer_id, value FROM ({paying}) every WHERE true {chosen}) p
    LEFT JOIN ({heard}) h ON h.customer_id = p.customer_id
"""
# Of all kinds of surveys; which answer of a contact is its last does not matter here.
HEARD = """
    SELECT DISTINCT c.customer_id FROM metrics_countedanswer c
    WHERE c.kind = ANY(%(kinds)s) AND c.answered_at >= %(from)s AND c.answered_at < %(to)s
        AND (c.contact_id IS NULL OR c.contact_id <> ALL(%(our_contacts)s::bigint[]))
"""
# Those heard who pay.
HEARD_AND_PAYING = f"""
    SELECT count(*), coalesce(sum(value), 0) FROM (
        SELECT h.customer_id, {BALANCE} AS value, {PLAN} AS plan {{keys}}
        FROM ({HEARD}) h {STANDING.format(row="h")} {{traits}}
    ) paying WHERE value > 0 {{chosen}}
"""


def response_rate_figure(question: Question) -> Figure:
    delivered, values = _delivered(question)
    n, answered, is_open = _row(RATE.format(delivered=delivered), values)
    figure = Figure.of_share(Rate(answered, n, "" if n else "no_data"), wilson(answered, n))
    if is_open and figure.is_shown:
        return replace(figure, flag="maturing")
    return figure


def response_rate_rows(question: Question) -> Rows:
    delivered, values = _delivered(question)
    return Rows(
        RATE_ROWS.format(delivered=delivered), values, kind="invitation",
        order="numerator DESC, key",
    )  # fmt: skip


def funnel_of(question: Question) -> list[int]:
    """Invited, sent, delivered, answered, answered with a comment: of those asked in the period."""
    narrowed, values = narrowing(question)
    start, end = moments(question)
    values |= {"zone": settings.REPORTING_TIME_ZONE, "from": start, "to": end}
    place = PLACE.format(row="i", column="asked_place_id")
    return list(_row(FUNNEL.format(narrowed=narrowed, bounced=BOUNCED, place=place), values))


def _delivered(question: Question) -> tuple[str, dict[str, Any]]:
    narrowed, values = narrowing(question)
    start, end = moments(question)
    now = question.known_before or day_start(question.today)
    known = question.known_before or "infinity"
    values |= {"zone": settings.REPORTING_TIME_ZONE, "from": start, "to": end, "now": now,
               "known": known, "our_contacts": insiders().contacts}  # fmt: skip
    place = PLACE.format(row="i", column="sent_place_id")
    return DELIVERED.format(narrowed=narrowed, bounced=BOUNCED, place=place), values


def coverage_figure(question: Question) -> Figure:
    heard, _value = heard_of(question)
    paying = stock(question).customers
    rate = Rate(heard, paying, "" if paying else "no_data")
    return Figure.of_share(rate, wilson(heard, paying))


def mrr_coverage_figure(question: Question) -> Figure:
    """A share of money, not of cases: it has no interval."""
    _heard, value = heard_of(question)
    paying = stock(question)
    rate = Rate(value / 12, paying.mrr, "" if paying.customers else "no_data")
    return Figure.of_rate(rate, n=paying.customers)


@asked_once
def heard_of(question: Question) -> tuple[int, Decimal]:
    """How many paying customers answered, and their annual value, as of the last day."""
    chosen, wanted = chosen_by(question)
    values = _heard_values(question) | wanted | {"day": question.day}
    keys, traits = "", ""
    # The traits of everybody are read only where somebody asks about one of them.
    if wanted.keys() - {"chosen_plan"}:
        keys, traits = f", {KEYS}", TRAITS.format(row="h", day="%(day)s")
    statement = HEARD_AND_PAYING.format(chosen=chosen, keys=keys, traits=traits)
    heard, value = _row(statement, values)
    return heard, Decimal(value)


def _heard_values(question: Question) -> dict[str, Any]:
    start, end = moments(question)
    kinds = [scale.kind for scale in (NPS, CSAT, CES, EFFORT)]
    return {"kinds": kinds, "from": start, "to": end, "our_contacts": insiders().contacts}


def coverage_rows(question: Question) -> Rows:
    return _coverage_rows(question, "1")


def mrr_coverage_rows(question: Question) -> Rows:
    return _coverage_rows(question, "p.value / 12")


def _coverage_rows(question: Question, weight: str) -> Rows:
    """The answers of all kinds; a customer is counted where it stood on the last day."""
    paying, values = customers_of(question, question.day)
    chosen, wanted = chosen_by(question)
    sql = COVERAGE.format(weight=weight, heard=HEARD, paying=paying, chosen=chosen)
    return Rows(sql, _heard_values(question) | values | wanted)


def _row(statement: str, values: dict[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(cursor.fetchone())


RESPONSE_RATE = Metric(
    code="response_rate",
    rule="SUR-4",
    chapter="survey",
    name=_("Response rate"),
    unit="share",
    definition=_(
        "Of the survey mails sent in the period and not returned, the share that was answered, "
        "whenever the answer came. While a survey is open more answers may come."
    ),
    formula=_("answered / delivered"),
    compute=response_rate_figure,
    rows=response_rate_rows,
    page="metrics:loyalty",
)
COVERED = Metric(
    code="answer_coverage",
    rule="SUR-4",
    chapter="survey",
    name=_("Customers heard"),
    unit="share",
    definition=_(
        "The share of the customers paying on the last day of whom at least one answer to any "
        "survey counts in the period. It tells for how much of the base the scores speak."
    ),
    formula=_("paying customers with an answer / paying customers"),
    compute=coverage_figure,
    rows=coverage_rows,
    page="metrics:loyalty",
)
COVERED_MRR = Metric(
    code="answer_coverage_mrr",
    rule="SUR-4",
    chapter="survey",
    name=_("MRR heard"),
    unit="share",
    definition=_("The share of MRR on the last day of customers who answered in the period."),
    formula=_("MRR of customers with an answer / MRR"),
    compute=mrr_coverage_figure,
    rows=mrr_coverage_rows,
    page="metrics:loyalty",
)

RESPONDING = (RESPONSE_RATE, COVERED, COVERED_MRR)
