"""The night against one hand-written statement that writes the same scores.

The night runs as it does in an installation: a real Celery worker with two processes is rung, cuts
the customers into chunks, rolls up, scores, keeps snapshots and the ledger, settles and raises
alerts, opens tasks and sums the company up. The statement only aggregates the same rows and writes
the same scores into an equal table; that they are equal is checked. The night before is closed
first, because a night that finds yesterday's conclusions is what happens every night. On the day
itself one customer in fifty changes its contract, so that there is money to book, and one in a
hundred its segment, CSM and touch tier, so that months count them elsewhere.
"""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from typing import Any

from django.db import connection

from bench.company import build
from bench.rows import Row, median
from lib.days import day_bounds, today
from metrics import jobs
from metrics.models import HealthScore, Night
from metrics.nights import open_night

LIMIT = 3
PROCESSES = 2
ROUNDS = 3

# The contract grows, from the day on.
CHANGES = """
INSERT INTO customers_subscriptionversion (subscription_id, effective_on, recorded_at, plan, price,
    currency, quantity, interval, interval_count, renews_on, notice_days, auto_renews, reason)
SELECT subscription_id, %(day)s, now(), plan, price + 100, currency, quantity + 1, interval,
    interval_count, renews_on, notice_days, auto_renews, reason
FROM customers_subscriptionversion WHERE subscription_id %% 50 = 0
"""
REGROUPED = """
UPDATE customers_customer SET segment = 'Moved', touch = CASE touch WHEN 'low' THEN 'high'
    ELSE 'low' END, csm_id = (SELECT min(id) FROM accounts_user)
WHERE id %% 100 = 7
"""
# OFFSET 0 keeps PostgreSQL from working a formula out again wherever its result is named.
YARDSTICK = """
INSERT INTO bench_healthscore (customer_id, day, score, uncapped, override, band, coverage, parts,
    scorecard_version)
WITH usage AS (
    SELECT customer_id, sum(event_count) FILTER (WHERE day > %(day)s::date - 28) AS now,
        sum(event_count) FILTER (WHERE day <= %(day)s::date - 28) AS before,
        max(active_people) FILTER (WHERE day > %(day)s::date - 28) AS busiest
    FROM metrics_dailyusage WHERE day > %(day)s::date - 56 AND day <= %(day)s GROUP BY 1
), people AS (
    SELECT customer_id, count(DISTINCT person) AS people FROM metrics_personday
    WHERE day > %(day)s::date - 28 AND day <= %(day)s GROUP BY 1
), seats AS (
    SELECT customer_id, sum(quantity) AS seats FROM (
        SELECT DISTINCT ON (v.subscription_id) s.customer_id, v.quantity
        FROM customers_subscription s
        JOIN customers_subscriptionversion v ON v.subscription_id = s.id
        WHERE v.effective_on <= %(day)s ORDER BY v.subscription_id, v.effective_on DESC
    ) ruling GROUP BY 1
), unpaid AS (
    SELECT customer_id, min(due_on) AS due_on FROM customers_purchase
    WHERE paid_on IS NULL AND due_on < %(day)s GROUP BY 1
), tickets AS (
    SELECT customer_id, count(*) AS tickets FROM customers_ticket
    WHERE priority = 'urgent' AND opened_at < %(end)s
        AND (closed_at IS NULL OR closed_at >= %(end)s) GROUP BY 1
), answers AS (
    SELECT DISTINCT ON (customer_id) customer_id, score FROM surveys_response
    WHERE answered_at < %(end)s ORDER BY customer_id, answered_at DESC, id DESC
), inputs AS (
    SELECT c.id, round((u.now - u.before) / u.before::numeric, 6) AS trend,
        round(greatest(p.people, u.busiest) / s.seats, 6) AS share,
        (%(day)s::date - (c.last_touch_at AT TIME ZONE %(zone)s)::date)::numeric AS quiet,
        a.score::numeric AS nps, coalesce(t.tickets, 0)::numeric AS tickets,
        coalesce(%(day)s::date - n.due_on, 0)::numeric AS overdue
    FROM customers_customer c LEFT JOIN usage u ON u.customer_id = c.id
    LEFT JOIN people p ON p.customer_id = c.id LEFT JOIN seats s ON s.customer_id = c.id
    LEFT JOIN unpaid n ON n.customer_id = c.id LEFT JOIN tickets t ON t.customer_id = c.id
    LEFT JOIN answers a ON a.customer_id = c.id OFFSET 0
), scaled AS (
    SELECT *, round(least(100, greatest(0, 100 * (trend + 0.5) / 0.6)), 6) AS t,
        round(least(100, greatest(0, 100 * (share - 0.1) / 0.7)), 6) AS s,
        round(least(100, greatest(0, 100 * (quiet - 120) / -106)), 6) AS q,
        round(least(100, greatest(0, 100 * (nps - 3) / 6)), 6) AS n,
        round(least(100, greatest(0, 100 * (tickets - 3) / -3)), 6) AS u,
        round(least(100, greatest(0, 100 * (overdue - 30) / -30)), 6) AS o,
        CASE WHEN trend IS NULL THEN 0 ELSE 0.30 END + CASE WHEN share IS NULL THEN 0 ELSE 0.20 END
        + CASE WHEN quiet IS NULL THEN 0 ELSE 0.10 END + CASE WHEN nps IS NULL THEN 0 ELSE 0.15 END
        + 0.25 AS w
    FROM inputs OFFSET 0
), scored AS (
    SELECT *, round((coalesce(t * 0.30, 0) + coalesce(s * 0.20, 0) + coalesce(q * 0.10, 0)
        + coalesce(n * 0.15, 0) + u * 0.15 + o * 0.10) / w, 2) AS free, overdue > 30 AS held
    FROM scaled
), capped AS (SELECT *, CASE WHEN held THEN least(free, 39) ELSE free END AS score FROM scored)
SELECT id, %(day)s, score, free, CASE WHEN held THEN 'past_due' ELSE '' END,
    CASE WHEN score >= 70 THEN 'green' WHEN score >= 40 THEN 'amber' ELSE 'red' END, round(w, 3),
    jsonb_build_object(
        'usage_trend', jsonb_build_object('input', trend, 'scaled', t, 'weight', 0.30,
            'points', round(t * 0.30 / w, 4)),
        'active_share', jsonb_build_object('input', share, 'scaled', s, 'weight', 0.20,
            'points', round(s * 0.20 / w, 4)),
        'days_since_touch', jsonb_build_object('input', quiet, 'scaled', q, 'weight', 0.10,
            'points', round(q * 0.10 / w, 4)),
        'last_nps', jsonb_build_object('input', nps, 'scaled', n, 'weight', 0.15,
            'points', round(n * 0.15 / w, 4)),
        'urgent_tickets', jsonb_build_object('input', tickets, 'scaled', u, 'weight', 0.15,
            'points', round(u * 0.15 / w, 4)),
        'days_past_due', jsonb_build_object('input', overdue, 'scaled', o, 'weight', 0.10,
            'points', round(o * 0.10 / w, 4))), 1
FROM capped
"""
SAME = """
SELECT count(*) FROM (
    (SELECT * FROM bench_healthscore EXCEPT
        SELECT * FROM metrics_healthscore WHERE day = %(day)s)
    UNION ALL
    (SELECT * FROM metrics_healthscore WHERE day = %(day)s EXCEPT SELECT * FROM bench_healthscore)
) different
"""


def run(scale: float) -> list[Row]:
    customers = build(scale)
    newest = today() - timedelta(days=1)
    worker = _start_worker()
    try:
        _close(newest - timedelta(days=1))
        _run(CHANGES, {"day": newest})
        _run(REGROUPED, {})
        _run("VACUUM ANALYZE")
        yardsticks = [_yardstick(newest) for _ in range(ROUNDS)]
        night = _close(newest)
        yardsticks += [_yardstick(newest)]
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
    _check_same(newest, customers)
    name = f"night of {customers:,} customers through Celery"
    return [Row(name, night, median(yardsticks), "s", LIMIT)]


def _start_worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c",
               str(PROCESSES), "--without-gossip", "--without-mingle", "-l", "warning"]  # fmt: skip
    return subprocess.Popen(command, env=os.environ, start_new_session=True)


def _close(day: date) -> float:
    """Ring as the clock would, and wait. Seconds from the ring to the end of the night."""
    open_night(day)
    started = time.perf_counter()
    jobs.begin_night.delay(day.isoformat())
    while not Night.objects.filter(day=day, state=Night.State.DONE).exists():
        time.sleep(0.005)
        if time.perf_counter() - started > 300:
            raise RuntimeError(f"the night of {day} does not end")
    return time.perf_counter() - started


def _run(statement: str, values: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _yardstick(day: date) -> float:
    """Seconds of the hand-written statement, into an empty table with the same key."""
    _run("DROP TABLE IF EXISTS bench_healthscore")
    _run(
        "CREATE TABLE bench_healthscore"
        " (LIKE metrics_healthscore INCLUDING DEFAULTS INCLUDING INDEXES)"
    )
    started = time.perf_counter()
    _run(YARDSTICK, {"day": day, "end": day_bounds(day)[1], "zone": "Asia/Tokyo"})
    return time.perf_counter() - started


def _check_same(day: date, customers: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SAME, {"day": day})
        different = cursor.fetchone()[0]
        cursor.execute("DROP TABLE bench_healthscore")
    if different or HealthScore.objects.filter(day=day).count() != customers:
        raise RuntimeError(f"{different} scores differ between the night and the statement")
