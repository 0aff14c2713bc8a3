"""The ledger of five years against one hand-written statement that writes the same lines.

Four versions a subscription, one customer in ten pays in dollars, one in twelve leaves. The
statement knows that each customer has one subscription without trials, pauses and discounts; that
its lines are those of the ledger is checked, and that the ledger comes to what the facts say. It
writes into a table with the keys and indexes of the ledger, and into a bare one. Then a day's
increment, the books as known then (from months and a year ago), and closing a month.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.company import build
from bench.rows import Row, median, seconds_of
from customers.models import SubscriptionVersion
from lib.days import add_months, days_between, month_start, today
from lib.periods import month_of
from metrics.catalogue import BY_CODE
from metrics.models import ClosedMonth, Night
from metrics.question import Question
from metrics.revenue.closing import close_month
from metrics.revenue.ledger import book_movements, rebuild_movements
from metrics.revenue.months import keep_months, rebuild_months
from metrics.revenue.two_clocks import as_known
from metrics.revenue.value import annual_values

LIMIT, MOST_SECONDS = 3, 120
CHANGED, INCREMENT_SECONDS = 2_000, 5
ROUNDS = 3

FORGET = """
TRUNCATE customers_subscriptionversion, customers_exchangerate, metrics_revenuemovement,
    metrics_latestline CASCADE
"""
# Never the first of a month, so that the statement need not part a price from a rate.
VERSIONS = """
INSERT INTO customers_subscriptionversion (subscription_id, effective_on, recorded_at, plan, price,
    currency, quantity, interval, interval_count, ends_on, notice_days, auto_renews, reason)
SELECT s.id, day, day::timestamp AT TIME ZONE 'UTC', (ARRAY['Basic', 'Pro', 'Max'])[1 + s.id %% 3],
    1000 + (s.id * 7 + n * 131) %% 900, CASE WHEN s.id %% 10 = 0 THEN 'USD' ELSE 'JPY' END,
    1 + (s.id + n) %% 40, 'month', 1,
    CASE WHEN s.id %% 12 = 0 THEN (month + interval '11 months')::date + 15 END, 0, true, ''
FROM customers_subscription s, generate_series(0, 3 + (s.id %% 3 = 1)::int) n,
    LATERAL (SELECT (%(first)s::date
        + (s.id %% 12 + n * 12) * interval '1 month')::date AS month) m,
    LATERAL (SELECT month + 2 + (s.id %% 24)::int AS day) d
WHERE s.id %% 12 <> 0 OR n = 0
"""
RATES = """
INSERT INTO customers_exchangerate (currency, month, rate, recorded_at)
SELECT 'USD', m, 100 + extract(month FROM m) * 3, m
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 month') m
"""
# Into a bare table, or into one with the columns, keys and indexes of the ledger.
BARE = """
CREATE UNLOGGED TABLE bench_movement (customer_id bigint, day date, kind varchar(12),
    reason varchar(30), plan varchar(100), amount numeric(30, 12), balance numeric(30, 12),
    natives jsonb)
"""
ALIKE = """
CREATE TABLE bench_movement (LIKE metrics_revenuemovement INCLUDING ALL,
    FOREIGN KEY (customer_id) REFERENCES customers_customer DEFERRABLE INITIALLY DEFERRED)
"""
YARDSTICK = """
INSERT INTO bench_movement (customer_id, day, kind, reason, plan, amount, balance, natives)
WITH spans AS (
    SELECT s.customer_id, v.effective_on AS day, v.ends_on, v.currency, v.plan,
        v.price * v.quantity * 12 AS native,
        lead(v.effective_on, 1, 'infinity') OVER (PARTITION BY v.subscription_id
            ORDER BY v.effective_on) AS until
    FROM customers_subscriptionversion v JOIN customers_subscription s ON s.id = v.subscription_id
    WHERE v.effective_on <= %(through)s
), points AS (
    SELECT customer_id, day, native, currency, plan, false AS is_month FROM spans
    UNION ALL
    SELECT customer_id, ends_on, 0, currency, plan, false FROM spans
    WHERE ends_on < until AND ends_on <= %(through)s
    UNION ALL
    SELECT p.customer_id, e.month, p.native, p.currency, p.plan, true
    FROM spans p JOIN customers_exchangerate e ON e.currency = p.currency
        AND e.month > p.day AND e.month < least(p.until, coalesce(p.ends_on, 'infinity'))
    WHERE e.month <= %(through)s
), valued AS (
    SELECT p.*, p.native * coalesce(e.rate, 1) AS total FROM points p
    LEFT JOIN customers_exchangerate e ON e.currency = p.currency
        AND e.month = date_trunc('month', p.day)
), changes AS (
    SELECT *, lag(total, 1, 0::numeric) OVER (PARTITION BY customer_id ORDER BY day) AS before
    FROM valued
)
SELECT customer_id, day, CASE WHEN is_month THEN 'fx' WHEN before = 0 THEN 'new'
    WHEN total = 0 THEN 'churn' WHEN total > before THEN 'expansion' ELSE 'contraction' END,
    CASE WHEN total = 0 THEN 'ended' ELSE '' END, plan, round(total - before, 12), round(total, 12),
    CASE WHEN currency <> 'JPY' AND native > 0 THEN jsonb_build_object(currency, native) END
FROM changes WHERE total <> before
ORDER BY customer_id, day
"""
LINE = "customer_id, day, kind, reason, plan, amount, balance, natives"
SAME = f"""
SELECT count(*) FROM (
    (SELECT {LINE} FROM bench_movement EXCEPT SELECT {LINE} FROM metrics_revenuemovement)
    UNION ALL
    (SELECT {LINE} FROM metrics_revenuemovement EXCEPT SELECT {LINE} FROM bench_movement)
) different
"""


def run(scale: float) -> list[Row]:
    build(scale)
    newest = today() - timedelta(days=1)
    _tell_five_years(newest)
    yardsticks = [_yardsticks(newest) for _ in range(ROUNDS)]
    whole = seconds_of(lambda: rebuild_movements(through=newest))
    yardsticks.append(_yardsticks(newest))
    _check_the_same(newest)
    bare, alike = (median(list(seconds)) for seconds in zip(*yardsticks, strict=True))
    again = seconds_of(lambda: rebuild_movements(through=newest))
    facts = SubscriptionVersion.objects.count()
    name = f"rebuild of the ledger, {facts:,} versions"
    months = seconds_of(lambda: rebuild_months(through=newest))
    note = f"statement into a bare table {bare:.1f} s: {whole / bare:.1f} x"
    rows = [
        Row(name, whole, alike, "s", LIMIT, note=f"{note}; over an old ledger {again:.1f} s"),
        Row(f"{name}, and months", again + months, MOST_SECONDS, "s", 1, note=_memory()),
    ]
    _run("VACUUM ANALYZE")
    rows.append(_increment(newest))
    rows += [_known(newest, days) for days in (30, 365)]
    return [*rows, _closing(newest)]


def _tell_five_years(newest: date) -> None:
    first = add_months(month_start(newest), -60)
    _run(FORGET)
    _run(VERSIONS, {"first": first})
    _run(RATES, {"first": first, "last": newest})
    Night.objects.update_or_create(
        day=newest, defaults={"state": "done", "started_at": timezone.now()}
    )
    _run("VACUUM ANALYZE")


def _yardsticks(through: date) -> tuple[float, float]:
    """Seconds of the statement into a bare table, and into one like the ledger."""
    seconds = []
    for table in (BARE, ALIKE):
        _run("DROP TABLE IF EXISTS bench_movement")
        _run(table)
        seconds.append(seconds_of(lambda: _run(YARDSTICK, {"through": through})))
    return seconds[0], seconds[1]


def _memory() -> str:
    """The most this connection's process of PostgreSQL ever held, with what all of them share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        status = Path(f"/proc/{cursor.fetchone()[0]}/status")
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return f"its process of PostgreSQL held {int(lines['VmHWM'].split()[0]) // 1024} MB at most"


def _check_the_same(through: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SAME)
        different = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(sum(amount), 0) FROM metrics_revenuemovement")
        booked = cursor.fetchone()[0]
    if different or booked != sum(annual_values(through).values(), Decimal(0)):
        raise SystemExit(f"the ledger is wrong: {different} lines differ")


def _increment(newest: date) -> Row:
    """A day on which 2,000 subscriptions changed: their ledger, and the sums of months."""
    latest = SubscriptionVersion.objects.filter(currency="JPY").order_by("subscription_id", "-pk")
    changed = list(latest.distinct("subscription_id").select_related("subscription")[:CHANGED])
    SubscriptionVersion.objects.bulk_create(
        SubscriptionVersion(
            subscription=version.subscription, effective_on=newest, price=version.price + 1,
            currency="JPY", quantity=version.quantity, plan=version.plan,
        )
        for version in changed
    )  # fmt: skip
    customers = [version.subscription.customer_id for version in changed]
    booking = seconds_of(lambda: book_movements(customers, through=newest))
    summing = seconds_of(lambda: keep_months(through=newest))
    return Row(
        f"a day's increment, {len(changed):,} changed subscriptions", booking + summing,
        INCREMENT_SECONDS, "s", 1, note=f"ledger {booking:.1f} s, months {summing:.1f} s",
    )  # fmt: skip


def _known(newest: date, days: int) -> Row:
    """A figure of a closed month as known some days ago: the first on a page, and the next."""
    known_on = newest - timedelta(days=days)
    period = month_of(add_months(known_on, -1))
    question = Question(period=period, today=newest + timedelta(days=1), known_on=known_on)
    forward = replace(question, period=month_of(newest))
    past = seconds_of(lambda: BY_CODE["mrr"].answer(question))
    whole = seconds_of(lambda: BY_CODE["mrr"].answer(forward))
    return Row(
        f"MRR as known {days} days ago, the month before it", past, 20, "s", 1,
        note=f"of the running month: {whole:.1f} s",
    )  # fmt: skip


def _closing(newest: date) -> Row:
    month = add_months(month_start(newest), -1)
    ClosedMonth.objects.all().delete()
    now = timezone.now()
    nights = [Night(day=day, state="done", started_at=now) for day in days_between(month, newest)]
    Night.objects.bulk_create(nights, ignore_conflicts=True)
    seconds = seconds_of(lambda: close_month(month, today=newest + timedelta(days=1)))
    question = Question(period=month_of(newest), today=newest + timedelta(days=1), view="reported")

    def reported() -> None:
        with as_known(question):
            pass

    return Row(
        "closing a month", seconds, 60, "s", 1,
        note=f"as reported, nothing late: {seconds_of(reported):.1f} s",
    )  # fmt: skip


def _run(statement: str, values: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
