"""Counting use again after somebody changed what counts: features, or who is one of us (ENG).

The next night counts the last 28 days again, on which the newest figures rest. The days before, on
which the ends of past months rest, follow from the newest to the oldest, so many each night, as far
as their events are kept: so a month end does not depend on when somebody changed a feature.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.ingest.storing import mark_days
from lib.days import days_between
from metrics.engaging import WINDOW, month_ends
from metrics.models import WaitingDay
from metrics.usage import roll_up_if_it_has_events

DAYS_A_NIGHT = 28


def count_again(today: date) -> None:
    """Ask the nights to count again what figures rest on."""
    newest = today - timedelta(days=WINDOW)
    oldest = month_ends(today)[0] - timedelta(days=WINDOW - 1)
    kept = max(oldest, today - timedelta(days=settings.EVENT_RETENTION_DAYS))
    mark_days(days_between(newest, today))
    now = timezone.now()
    WaitingDay.objects.bulk_create(
        [WaitingDay(day=day, marked_at=now) for day in days_between(kept, newest)],
        update_conflicts=True, unique_fields=["day"], update_fields=["marked_at"],
    )  # fmt: skip


@transaction.atomic
def recount_waiting_days(through: date) -> list[date]:
    """Count the newest of the days that wait. Which were counted anew.

    A day of which no event is kept stays as it was counted.
    """
    kept_from = through - timedelta(days=settings.EVENT_RETENTION_DAYS)
    recounted = []
    for waiting in WaitingDay.objects.filter(day__lte=through)[:DAYS_A_NIGHT]:
        if waiting.day >= kept_from and roll_up_if_it_has_events(waiting.day):
            recounted.append(waiting.day)
        WaitingDay.objects.filter(day=waiting.day, marked_at=waiting.marked_at).delete()
    return recounted
