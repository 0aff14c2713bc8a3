"""Alert to task, once: a task for the customer's CSM for every alert that is open and has none.

The task knows the alert by its origin key, which is unique. An unhappy answer may have its task
already, opened when it came in; then the alert takes that one.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation

from customers.models import Task
from metrics.alerts.sentences import title
from metrics.models import Alert

Kind = Alert.Kind
DUE_AFTER_DAYS = 3
# What kind of work each alert asks for, and how soon.
WORK = {
    Kind.SCORE_FELL: (Task.Type.RISK, Task.Priority.NORMAL),
    Kind.WENT_RED: (Task.Type.RISK, Task.Priority.HIGH),
    Kind.USAGE_FELL: (Task.Type.RISK, Task.Priority.NORMAL),
    Kind.RENEWAL_UNTOUCHED: (Task.Type.RENEWAL, Task.Priority.NORMAL),
    Kind.DETRACTOR: (Task.Type.FEEDBACK, Task.Priority.HIGH),
}
OPEN_WITHOUT_TASK = """
    a.customer_id BETWEEN %(first)s AND %(last)s AND a.settled_at IS NULL
        AND a.dismissed_at IS NULL AND a.task_id IS NULL
"""
ORIGIN = "CASE a.kind WHEN 'detractor' THEN a.subject ELSE 'alert:' || a.id END"
TAKE_OVER = f"""
    UPDATE metrics_alert a SET task_id = r.task_id FROM surveys_response r
    WHERE {OPEN_WITHOUT_TASK} AND a.kind = 'detractor' AND r.task_id IS NOT NULL
        AND a.subject = 'response:' || r.id
        AND NOT EXISTS (SELECT FROM metrics_alert other WHERE other.task_id = r.task_id)
"""
OPEN = f"""
    INSERT INTO customers_task (customer_id, assignee_id, type, priority, title, reason,
        reason_details, origin_key, note, due_on, snooze_reason, created_at)
    SELECT a.customer_id, c.csm_id, w.type, w.priority, w.title, a.kind, a.details, {ORIGIN}, '',
        %(due)s, '', now()
    FROM metrics_alert a
    JOIN customers_customer c ON c.id = a.customer_id
    LEFT JOIN accounts_user u ON u.id = c.csm_id
    JOIN unnest(%(kinds)s::text[], %(languages)s::text[], %(types)s::text[], %(priorities)s::int[],
        %(titles)s::text[]) AS w (kind, language, type, priority, title)
        ON w.kind = a.kind AND w.language = coalesce(nullif(u.language, ''), %(language)s)
    WHERE {OPEN_WITHOUT_TASK}
    ORDER BY a.id
    ON CONFLICT (origin_key) DO NOTHING
"""
LINK = f"""
    UPDATE metrics_alert a SET task_id = t.id FROM customers_task t
    WHERE {OPEN_WITHOUT_TASK} AND t.origin_key = {ORIGIN}
        AND NOT EXISTS (SELECT FROM metrics_alert other WHERE other.task_id = t.id)
"""


def open_tasks(day: date, *, first: int, last: int) -> int:
    """Open the tasks that are missing for the customers with ids in `[first, last]`."""
    without = Alert.objects.filter(
        customer_id__gte=first, customer_id__lte=last,
        settled_at__isnull=True, dismissed_at__isnull=True, task_id__isnull=True,
    )  # fmt: skip
    if not without.exists():
        return 0
    values = _words() | {"first": first, "last": last, "due": day + timedelta(DUE_AFTER_DAYS)}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OVER, values)
        cursor.execute(OPEN, values)
        opened = int(cursor.rowcount)
        cursor.execute(LINK, values)
    return opened


def _words() -> dict[str, Any]:
    """Types and titles of tasks, in the language of whoever will do them."""
    rows = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            rows += [(kind.value, language, *WORK[kind], title(kind)) for kind in Kind]
    names = ("kinds", "languages", "types", "priorities", "titles")
    columns = {
        name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    return columns | {"language": settings.LANGUAGE_CODE}
