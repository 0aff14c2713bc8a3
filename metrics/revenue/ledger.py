"""The ledger of MRR movements: what changed, for whom, on which day (REV-2).

Of each customer and day there is at most one movement of business and one line of exchange rates:
the change of the customer's total is netted over subscriptions (rules H and I). `new` comes from 0
and was never paid before, `reactivation` from 0, `churn` goes to 0, the rest is `expansion` or
`contraction`. At the start of a month `fx` revalues the book; all else in the month uses its rate.
Who is billed in another currency from a day on, at just the same worth, has an `fx` line of
nothing: its total stays, but from then on rates move it otherwise (rule K).

The ledger is the restated view: it is built from all that is known now, of one customer always as
a whole. So booking the customers that changed leaves the same rows as building everything anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from customers.models import Customer
from lib.fresh_tables import fresh_tables
from lib.planning import planned
from metrics.question import Question
from metrics.retention.lives import keep_lives, write_lives
from metrics.retention.terms import keep_terms, write_terms
from metrics.revenue.changed_ledgers import (
    forget_lines,
    keep_bookers_out,
    note_that_everything_changed,
)
from metrics.revenue.gaps import bridged
from metrics.revenue.latest import write_latest
from metrics.revenue.value import DISCOUNT_COUNTS, NET, RATE, STATE, UNDISCOUNTED, value_parameters

BATCH = 20_000

# The ledger, and what is written from it.
WRITTEN = (
    "metrics_revenuemovement", "metrics_latestline", "metrics_customerlife", "metrics_cohortstep",
    "metrics_contractterm",
)  # fmt: skip
# Each day on which anything about a customer's subscriptions may change.
TURNS = (
    "effective_on", "trial_ends_on", "paused_on", "resumes_on", "ends_on",
    "past_due_since + %(past_due_limit)s + 1",
)  # fmt: skip
DAYS = f"""
    SELECT DISTINCT customer_id, day FROM (
        {" UNION ALL ".join(f"SELECT customer_id, {day} AS day FROM versions" for day in TURNS)}
        UNION ALL
        SELECT v.customer_id, unnest(ARRAY[x.starts_on, x.ends_on])
        FROM versions v JOIN customers_discount x ON x.version_id = v.id
        UNION ALL
        SELECT v.customer_id, e.month
        FROM (
            SELECT customer_id, currency, min(effective_on) AS since FROM versions
            WHERE currency <> %(currency)s GROUP BY 1, 2
        ) v JOIN customers_exchangerate e ON e.currency = v.currency AND e.month > v.since
    ) changes WHERE day <= %(through)s
"""
# Versions until the next one; of those that begin on one day the last recorded one counts.
SPANS = f"""
    SELECT *, {UNDISCOUNTED} AS worth, lead(effective_on, 1, 'infinity') OVER (
        PARTITION BY subscription_id ORDER BY effective_on, recorded_at, id) AS until
    FROM versions v
"""
# Lasting discounts of a version on each day; few versions have any.
OFFS = f"""
    SELECT v.id AS version_id, d.day, sum(x.percent) AS percent, sum(x.amount) AS amount
    FROM versions v JOIN customers_discount x ON x.version_id = v.id
    JOIN days d ON d.customer_id = v.customer_id
    WHERE {DISCOUNT_COUNTS.format(day="d.day")} GROUP BY 1, 2
"""
# Each rate is looked up once.
RATES = f"""
    SELECT c.currency, d.day, {RATE.format(currency="c.currency", day="d.day")} AS rate
    FROM (SELECT DISTINCT currency FROM versions WHERE currency <> %(currency)s) c,
        (SELECT DISTINCT day FROM days) d
"""
# Each subscription of a customer at the end of each of these days.
POINTS = f"""
    SELECT customer_id, v.day, subscription_id, v.id AS version_id, currency, reason, state,
        coalesce(nullif(plan, ''), product, '') AS plan,
        CASE WHEN v.ends_on > v.day THEN v.ends_on END AS later_end,
        CASE WHEN state <> 'on' THEN 0 WHEN off.version_id IS NULL THEN worth ELSE {NET} END
            AS native
    FROM (
        SELECT d.customer_id, d.day, s.id AS subscription_id, v.id, v.currency, v.reason, v.ends_on,
            v.plan, v.worth, v.price, v.quantity, v.interval, v.interval_count, p.name AS product,
            {STATE.format(day="d.day")} AS state
        FROM days d
        JOIN customers_subscription s ON s.customer_id = d.customer_id
        LEFT JOIN customers_product p ON p.id = s.product_id
        LEFT JOIN spans v
            ON v.subscription_id = s.id AND v.effective_on <= d.day AND d.day < v.until
        OFFSET 0
    ) v LEFT JOIN offs off ON off.version_id = v.id AND off.day = v.day
"""
STEPS = """
    SELECT *, lag(native, 1, 0::numeric) OVER w AS native_before, lag(currency) OVER w AS old,
        lag(state, 1, 'none') OVER w AS state_before, lag(version_id) OVER w AS version_before,
        lag(later_end) OVER w AS end_before
    FROM points WINDOW w AS (PARTITION BY subscription_id ORDER BY day)
"""
# The customer's total at the end of the day, and yesterday's book at today's rates. A version that
# brings an end, or an earlier one, says why the contract will end, not why it changes now.
TOTALS = """
    SELECT customer_id, steps.day,
        sum(round(native * coalesce(now.rate, 1), 12)) AS total,
        sum(round(native_before * coalesce(former.rate, 1), 12)) AS revalued,
        bool_or(state = 'paused' AND native_before > 0) AS pauses,
        bool_or(state = 'overdue' AND native_before > 0) AS lapses,
        bool_or(state = 'on' AND native = 0 AND native_before > 0) AS turns_free,
        bool_or(state_before = 'paused' AND native > 0) AS resumes,
        bool_or(version_id = version_before
            AND state = 'on' AND state_before = 'on' AND native <> native_before) AS rediscounts,
        max(reason) FILTER (WHERE reason <> '' AND CASE
            WHEN version_id IS DISTINCT FROM version_before
                THEN later_end IS NULL OR later_end >= end_before OR reason = ANY(%(changes)s)
                    OR version_before IS NOT NULL AND state_before <> 'on'
            ELSE state = 'ended' AND native_before > 0 AND reason <> ALL(%(changes)s)
            END) AS told,
        (array_agg(plan ORDER BY native DESC, subscription_id) FILTER (WHERE native > 0))[1]
            AS plan_now,
        count(*) FILTER (WHERE native > 0) AS held, sum(native) AS native,
        max(steps.currency) FILTER (WHERE native > 0 AND steps.currency <> %(currency)s) AS other,
        bool_or(steps.currency <> old AND native_before > 0 OR native <> native_before) AS moves
    FROM steps
    LEFT JOIN rates now ON now.currency = steps.currency AND now.day = steps.day
    LEFT JOIN rates former ON former.currency = steps.old AND former.day = steps.day
    GROUP BY customer_id, steps.day
"""
# What the total is made of, where another currency and more than one subscription are in it.
NATIVES = """
    SELECT customer_id, day, jsonb_object_agg(currency, native) AS natives FROM (
        SELECT s.customer_id, s.day, s.currency, sum(s.native) AS native
        FROM changes c JOIN steps s ON s.customer_id = c.customer_id AND s.day = c.day
        WHERE c.other IS NOT NULL AND c.held > 1 AND s.native > 0 GROUP BY 1, 2, 3
    ) held GROUP BY customer_id, day
"""
CHANGES = """
    SELECT *, lag(total, 1, 0::numeric) OVER w AS before, lag(plan_now) OVER w AS plan_before,
        coalesce(max(total) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 0
            AS has_paid
    FROM totals WINDOW w AS (PARTITION BY customer_id ORDER BY day)
"""
# Days on which the total stays, but is made of other currencies than before.
EXCHANGED = """
    SELECT DISTINCT customer_id, day FROM (
        SELECT c.customer_id, c.day
        FROM changes c JOIN steps s ON s.customer_id = c.customer_id AND s.day = c.day,
            LATERAL (VALUES (s.currency, s.native), (s.old, -s.native_before)) x (currency, worth)
        WHERE c.moves AND c.total > 0 AND c.total = c.revalued AND c.revalued = c.before
            AND x.worth <> 0
        GROUP BY c.customer_id, c.day, x.currency HAVING sum(x.worth) <> 0
    ) held
"""
# Written into the ledger, or into a table like it.
LINES = f"""
    WITH versions AS MATERIALIZED (
        SELECT s.customer_id, v.* FROM customers_subscription s
        JOIN customers_subscriptionversion v ON v.subscription_id = s.id
        WHERE s.customer_id = ANY(%(customers)s) AND v.effective_on <= %(through)s
    ), days AS MATERIALIZED ({DAYS}), spans AS MATERIALIZED ({SPANS}), offs AS ({OFFS}),
    rates AS MATERIALIZED ({RATES}), points AS MATERIALIZED ({{points}}),
    steps AS MATERIALIZED ({STEPS}),
    totals AS ({TOTALS}), changes AS ({CHANGES}), natives AS ({NATIVES}),
    exchanged AS ({EXCHANGED}), lines AS (
    SELECT customer_id, day, 'fx' AS kind, '' AS reason, revalued - before AS amount,
        revalued AS balance, coalesce(plan_before, plan_now, '') AS plan, other, held, native
    FROM changes WHERE revalued <> before
    UNION ALL
    SELECT customer_id, day, 'fx', 'other_currency', 0, total, coalesce(plan_now, ''), other, held,
        native
    FROM changes JOIN exchanged USING (customer_id, day)
    UNION ALL
    SELECT customer_id, day,
        CASE WHEN total > revalued AND revalued > 0 THEN 'expansion'
            WHEN total > revalued AND has_paid THEN 'reactivation'
            WHEN total > revalued THEN 'new'
            WHEN total = 0 THEN 'churn' ELSE 'contraction' END,
        CASE WHEN total = 0 AND pauses THEN 'paused'
            WHEN total = 0 AND lapses THEN 'involuntary'
            WHEN total = 0 AND turns_free THEN 'moved_to_free'
            WHEN total = 0 THEN left(coalesce(told, 'ended'), 30)
            WHEN revalued = 0 AND has_paid AND resumes THEN 'resumed'
            WHEN revalued > 0 AND rediscounts AND total > revalued THEN 'discount_expired'
            WHEN revalued > 0 AND rediscounts THEN 'discount_started'
            ELSE left(coalesce(told, ''), 30) END,
        total - revalued, total, coalesce(plan_now, plan_before, ''), other, held, native
    FROM changes WHERE total <> revalued
    )
    INSERT INTO {{table}}
        (customer_id, day, kind, reason, amount, balance, plan, natives)
    SELECT l.customer_id, l.day, l.kind, l.reason, l.amount, l.balance, l.plan,
        CASE WHEN other IS NOT NULL AND held = 1 THEN jsonb_build_object(other, native)
            ELSE n.natives END
    FROM lines l
    LEFT JOIN natives n ON n.customer_id = l.customer_id AND n.day = l.day
    ORDER BY l.customer_id, l.day, l.kind <> 'fx'
"""


def book_into(table: str, customers: Sequence[int], *, through: date) -> int:
    """Add the lines of some customers, up to and with a day, to a table like the ledger."""
    values = value_parameters() | {"customers": list(customers), "through": through}
    # Rates are few; merging would sort every point for them.
    with planned(enable_mergejoin="off"), connection.cursor() as cursor:
        cursor.execute(LINES.format(table=table, points=bridged(POINTS)), values)
        return int(cursor.rowcount)


def book_movements(customers: Sequence[int], *, through: date) -> int:
    """Write the ledger of some customers anew, up to and with a day. How many lines it has."""
    if not customers:
        return 0
    with transaction.atomic():
        forget_lines(customers)
        lines = book_into("metrics_revenuemovement", customers, through=through)
        keep_lives(customers)
        keep_terms(customers)
        return lines


def rebuild_movements(*, through: date) -> int:
    """Write the ledger of everybody anew, and what follows from it. How many lines it has.

    All or nothing, beside the ledger that is read meanwhile (lib/fresh_tables.py).
    """
    with transaction.atomic():
        keep_bookers_out()
        with planned(work_mem="64MB"), fresh_tables(*WRITTEN) as fresh:
            lines = sum(book_into(WRITTEN[0], some, through=through) for some in _batches())
            fresh.index(WRITTEN[0])
            for some in _batches():
                write_latest(some)
                write_lives(some)
                write_terms(some)
        note_that_everything_changed()
    return lines


def _batches() -> Iterator[list[int]]:
    last = 0
    while True:
        following = Customer.objects.filter(pk__gt=last).order_by("pk")
        batch = list(following.values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1]


@dataclass(frozen=True)
class Ledger:
    """Where a question reads movements: SQL that stands after FROM, and its values.

    Its columns are those of `RevenueMovement`, its ids grow with the lines of a customer.
    `has_months` says that the stored months (metrics/models/month.py) sum up just these lines.
    """

    sql: str = "metrics_revenuemovement"
    values: dict[str, Any] = field(default_factory=dict)
    has_months: bool = True


def ledger_of(question: Question) -> Ledger:
    """All that is known now, or, inside `as_known`, what was known then or was reported."""
    return Ledger(has_months=not question.clock)
