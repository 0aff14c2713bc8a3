"""Alerts are raised when a rule becomes true and settle themselves when it is true no longer.

A dismissed alert stays unsettled while its cause lasts, so the same cause raises nothing new. While
the task of a settled alert is still open, a cause that returns opens that alert again instead of a
second one; while the task sleeps, not even that.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from lib.days import day_bounds
from metrics.alerts.rules import CAUSES, FALL_DAYS

RAISE = f"""
    WITH causes (customer_id, kind, subject, details) AS MATERIALIZED ({CAUSES}),
    settled AS (
        UPDATE metrics_alert a SET settled_at = now()
        WHERE a.settled_at IS NULL AND a.customer_id BETWEEN %(first)s AND %(last)s
            AND NOT EXISTS (SELECT FROM causes c WHERE c.customer_id = a.customer_id
                AND c.kind = a.kind AND c.subject = a.subject)
        RETURNING 1
    ),
    unanswered AS (
        SELECT c.* FROM causes c
        WHERE NOT EXISTS (SELECT FROM metrics_alert a WHERE a.settled_at IS NULL
            AND a.customer_id = c.customer_id AND a.kind = c.kind AND a.subject = c.subject)
    ),
    worked_on AS (
        SELECT a.id, a.customer_id, a.kind, a.subject, u.details,
            t.snoozed_until IS NOT NULL AND t.snoozed_until > %(day)s AS sleeps
        FROM unanswered u
        JOIN metrics_alert a ON a.customer_id = u.customer_id AND a.kind = u.kind
            AND a.subject = u.subject
        JOIN customers_task t ON t.id = a.task_id AND t.done_at IS NULL AND t.dropped_at IS NULL
    ),
    reopened AS (
        UPDATE metrics_alert a SET settled_at = NULL, dismissed_at = NULL, dismissed_by_id = NULL,
            dismiss_reason = '', details = w.details, day = %(day)s, raised_at = now()
        FROM (SELECT DISTINCT ON (customer_id, kind, subject) * FROM worked_on WHERE NOT sleeps
            ORDER BY customer_id, kind, subject, id DESC) w
        WHERE a.id = w.id
        RETURNING 1
    ),
    raised AS (
        INSERT INTO metrics_alert (customer_id, kind, subject, details, day, raised_at,
            dismiss_reason)
        SELECT u.customer_id, u.kind, u.subject, u.details, %(day)s, now(), ''
        FROM unanswered u
        WHERE NOT EXISTS (SELECT FROM worked_on w WHERE w.customer_id = u.customer_id
            AND w.kind = u.kind AND w.subject = u.subject)
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM raised) + (SELECT count(*) FROM reopened),
        (SELECT count(*) FROM settled)
"""


@dataclass(frozen=True)
class Raised:
    raised: int
    settled: int


def raise_alerts(day: date, *, first: int, last: int) -> Raised:
    """Raise and settle the alerts of the customers with ids in `[first, last]`."""
    values: dict[str, Any] = {
        "day": day,
        "end": day_bounds(day)[1],
        "week_ago": day - timedelta(days=FALL_DAYS),
        "first": first,
        "last": last,
    }
    with connection.cursor() as cursor:
        cursor.execute(RAISE, values)
        return Raised(*cursor.fetchone())
