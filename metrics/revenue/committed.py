"""CMRR: MRR after all that is scheduled (REV-2).

Taken off: subscriptions whose end is known, pauses without an end, smaller versions to come.
Added: versions and subscriptions that are signed and not yet in force, pauses that will end.
A trial is not signed, a debt is judged as of the day, and a discount that will run out changes
nothing. What takes effect after the day counts only if it was known by the end of that day.
"""

from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import day_bounds
from metrics.figure import Figure
from metrics.metric import Metric
from metrics.question import Question
from metrics.revenue.start_set import KEYS, TRAITS, chosen_by
from metrics.revenue.stock import customers_of, stock
from metrics.revenue.value import DISCOUNT_COUNTS, NET, RATE, STATE, value_parameters
from metrics.rows import Rows

VERSION = """
    SELECT v.*, greatest(v.effective_on, %(day)s) AS counted_on
    FROM customers_subscriptionversion v
    WHERE v.subscription_id = s.id AND {known}
    ORDER BY v.effective_on DESC, v.recorded_at DESC, v.id DESC LIMIT 1
"""
OFF = f"""
    SELECT sum(x.percent) AS percent, sum(x.amount) AS amount FROM customers_discount x
    WHERE x.version_id = v.id AND {DISCOUNT_COUNTS.format(day="v.counted_on")}
"""
# The state after everything scheduled: `in force` only if no end is known of it.
SETTLED = """
    CASE WHEN v.id IS NULL THEN 'none'
        WHEN v.ends_on IS NOT NULL
            AND (v.effective_on <= %(day)s OR v.ends_on <= v.effective_on) THEN 'ended'
        WHEN v.trial_ends_on > v.counted_on THEN 'trial'
        WHEN NOT %(keeps_paused)s AND v.paused_on IS NOT NULL AND v.resumes_on IS NULL THEN 'paused'
        WHEN v.past_due_since + %(past_due_limit)s < %(day)s THEN 'overdue'
        ELSE 'on' END
"""
VALUED = f"""
    SELECT CASE WHEN {{state}} = 'on' THEN round({NET}
        * {RATE.format(currency="v.currency", day="%(day)s")}, 12) ELSE 0 END AS annual,
        coalesce(nullif(v.plan, ''), '') AS plan
    FROM ({VERSION}) v LEFT JOIN LATERAL ({OFF}) off ON true
"""
NOW = VALUED.format(state=STATE.format(day="%(day)s"), known="v.effective_on <= %(day)s")
THEN = VALUED.format(
    state=SETTLED, known="(v.effective_on <= %(day)s OR v.recorded_at < %(learned)s)"
)
# One row for each subscription with something scheduled that was known by then: what ends or pauses
# later, and what is not in force yet, each found by an index.
SCHEDULED = f"""
    SELECT s.customer_id, {{keys}}
        coalesce(later.annual, 0) - coalesce(now.annual, 0) AS change
    FROM (
        SELECT subscription_id FROM customers_subscriptionversion
        WHERE greatest(ends_on, paused_on, resumes_on) > %(day)s
            AND (effective_on <= %(day)s OR recorded_at < %(learned)s)
        UNION
        SELECT subscription_id FROM customers_subscriptionversion
        WHERE effective_on > %(day)s AND recorded_at < %(learned)s
    ) stirred JOIN customers_subscription s ON s.id = stirred.subscription_id
    LEFT JOIN LATERAL ({NOW}) now ON true
    LEFT JOIN LATERAL ({THEN}) later ON true
    {{placed}}
"""
# Where a customer is counted is asked of each only when somebody asks about some of them.
PLACED = f"""
    LEFT JOIN LATERAL (
        SELECT plan FROM metrics_revenuemovement m
        WHERE m.customer_id = s.customer_id AND m.day <= %(day)s ORDER BY day DESC, id DESC LIMIT 1
    ) last ON true
    {TRAITS.format(row="s", day="%(day)s")}
"""
PLACE = f"{KEYS}, coalesce(last.plan, later.plan, '') AS plan,"


def scheduled_of(question: Question) -> tuple[str, dict[str, Any]]:
    values = {"day": question.day, "learned": day_bounds(question.day)[1]}
    keys, placed = (PLACE, PLACED) if question.is_narrowed else ("", "")
    return SCHEDULED.format(keys=keys, placed=placed), value_parameters() | values


def cmrr_figure(question: Question) -> Figure:
    """`parts` has what is scheduled to be lost, as a positive amount, and what is signed."""
    source, values = scheduled_of(question)
    chosen, wanted = chosen_by(question)
    statement = (
        "SELECT coalesce(sum(least(change, 0)), 0), coalesce(sum(greatest(change, 0)), 0)"
        f" FROM ({source}) scheduled WHERE true {chosen}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values | wanted)
        lost, signed = (Decimal(amount) for amount in cursor.fetchone())
    paying = stock(question)
    committed = (paying.value + lost + signed) / 12
    parts = {"scheduled_losses": -lost / 12, "signed": signed / 12}
    return Figure(committed, numerator=committed, n=paying.customers, parts=parts)


def cmrr_rows(question: Question) -> Rows:
    """Paying customers, and those with something signed, after all that is scheduled."""
    paying, values = customers_of(question, question.day)
    scheduled, more = scheduled_of(question)
    chosen, wanted = chosen_by(question)
    return Rows(
        "SELECT customer_id AS key, customer_id, '' AS label,"
        " (coalesce(value, 0) + coalesce(change, 0)) / 12 AS numerator, 0 AS denominator,"
        " CASE WHEN is_changed THEN 'scheduled' ELSE '' END AS note"
        f" FROM (SELECT customer_id, value FROM ({paying}) every WHERE true {chosen}) paying"
        " FULL JOIN (SELECT customer_id, sum(change) AS change, bool_or(change <> 0) AS is_changed"
        f" FROM ({scheduled}) every WHERE true {chosen} GROUP BY customer_id"
        ") later USING (customer_id)",
        values | more | wanted,
    )


CMRR = Metric(
    code="cmrr",
    rule="REV-2",
    chapter="revenue",
    name=_("CMRR"),
    unit="money",
    definition=_(
        "Committed MRR: MRR less what is known to end or to shrink, and with what is signed and "
        "not yet in force. Trials and discounts that run out are not in it."
    ),
    formula=_("MRR − scheduled churn and contraction + signed, not yet started"),
    compute=cmrr_figure,
    rows=cmrr_rows,
    page="metrics:revenue",
)
