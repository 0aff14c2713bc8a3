"""Counting the newest closed day again, when facts came in after it had been counted.

A company that is loaded from files in the morning shall not wait for the next night to see its
figures: the night is opened again, and workers go through it as through any other. All its steps
may be repeated; what was concluded of the day itself is forgotten first. It waits until no file is
being saved and nothing came for some seconds, and a night that takes long is not repeated at once,
so that programs that send all day long do not keep it open.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet

from customers.models import Customer, ImportRun, SubscriptionVersion
from metrics.models import (
    CompanyDay,
    CsmDay,
    CustomerEngagement,
    CustomerValue,
    EngagementDay,
    Night,
    NightChunk,
)

QUIET = timedelta(seconds=10)
# Of ten minutes a night may take one.
PAUSES = 9


def reopen_if_facts_came(now: datetime) -> bool:
    """True when the newest night was closed and is open again. Only while no other is open."""
    night = Night.objects.order_by("-day").first()
    if night is None or night.state != Night.State.DONE or not night.started_at:
        return False
    latest = _latest_fact(night.started_at)
    if latest is None or now - latest < QUIET or _is_too_soon(night, now):
        return False
    if ImportRun.objects.filter(state__in=ImportRun.WORKING).exists():
        return False
    return reopen(night)


def _latest_fact(began: datetime) -> datetime | None:
    """When the last customer, version or file came, or a file was undone, after a night began."""
    came: tuple[tuple[QuerySet[Any], str], ...] = (
        (Customer.objects.all(), "created_at"),
        (SubscriptionVersion.objects.all(), "recorded_at"),
        (ImportRun.objects.all(), "finished_at"),
        (ImportRun.objects.all(), "undone_at"),
    )
    moments = [
        rows.filter(**{f"{name}__gt": began}).aggregate(at=Max(name))["at"] for rows, name in came
    ]
    return max((moment for moment in moments if moment is not None), default=None)


def _is_too_soon(night: Night, now: datetime) -> bool:
    if night.started_at is None or night.finished_at is None:
        return False
    return now - night.finished_at < PAUSES * (night.finished_at - night.started_at)


@transaction.atomic
def reopen(night: Night) -> bool:
    """False when somebody else was faster."""
    closed = Night.objects.filter(day=night.day, state=Night.State.DONE, token=night.token)
    if not closed.update(
        state=Night.State.WAITING, token=F("token") + 1, lease_until=None, started_at=None,
        finished_at=None,
    ):  # fmt: skip
        return False
    NightChunk.objects.filter(night_id=night.day).delete()
    for conclusion in (CustomerEngagement, EngagementDay, CompanyDay, CsmDay):
        conclusion.objects.filter(day=night.day).delete()
    # What customers are worth is due again after it.
    valued = CustomerValue.objects.filter(day=night.day)
    valued.update(day=night.day - timedelta(days=1))
    return True
