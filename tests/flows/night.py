"""A night worth disturbing: customers, what a quiet night makes of them, and its fingerprint."""

import hashlib
from datetime import timedelta

from django.db import connection

from customers.models import Task
from metrics.daily import close_day
from metrics.models import Alert, CompanyDay, DailyUsage, Night, NightChunk, Snapshot
from tests.factories import (
    DAY,
    NOON,
    CustomerFactory,
    ResponseFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
    SurveyFactory,
    UserFactory,
)
from tests.flows.crew import wait_until

CUSTOMERS = 24
# Of customers in one chunk, and after how many seconds a silent worker may be replaced.
SETTINGS = {"NIGHT_CHUNK_SIZE": 2, "NIGHT_LEASE_SECONDS": 1}
CONCLUSIONS = [
    "SELECT customer_id, day, score, uncapped, override, band, coverage, parts, scorecard_version"
    " FROM metrics_healthscore ORDER BY 1, 2",
    "SELECT * FROM metrics_snapshot ORDER BY customer_id",
    "SELECT customer_id, day, kind, reason, amount, balance FROM metrics_revenuemovement"
    " ORDER BY 1, 2, 3",
    "SELECT customer_id, kind, subject, details, day, task_id IS NOT NULL FROM metrics_alert"
    " ORDER BY 1, 2, 3",
    "SELECT customer_id, assignee_id, reason, reason_details, due_on FROM customers_task"
    " ORDER BY 1, 3",
    "SELECT * FROM metrics_companyday ORDER BY day",
]


def run_sql(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def fingerprint() -> str:
    rows = [run_sql(statement) for statement in CONCLUSIONS]
    assert len(rows[0]) == CUSTOMERS
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def forget_conclusions() -> None:
    run_sql("DELETE FROM metrics_healthscore")
    for model in (Alert, Task, Snapshot, NightChunk, Night, CompanyDay):
        model.objects.all().delete()
    run_sql("DELETE FROM metrics_revenuemovement")


def quiet_night() -> str:
    """Customers some of whom raise alerts, and the fingerprint of their undisturbed night."""
    csm, survey = UserFactory(), SurveyFactory()
    for n in range(CUSTOMERS):
        customer = CustomerFactory(csm=csm, last_touch_at=NOON - timedelta(days=n * 6))
        SubscriptionVersionFactory(
            subscription=SubscriptionFactory(customer=customer), quantity=1 + n,
            renews_on=DAY + timedelta(days=n * 10),
        )  # fmt: skip
        for days_ago, uses in ((40, 100), (3, 20 + 6 * n)):
            DailyUsage.objects.create(customer_id=customer.pk, day=DAY - timedelta(days_ago),
                                      event_count=uses, active_people=n, seconds=0)  # fmt: skip
        if n % 5 == 0:
            ResponseFactory(survey=survey, customer=customer, score=n % 11)
    # A worker of the test before may still answer an old ring.
    assert wait_until(lambda: close_day(DAY).is_done)
    made = fingerprint()
    forget_conclusions()
    return made
