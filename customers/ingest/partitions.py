"""Room for usage events: weekly partitions made ahead, and dropped when they are too old."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from psycopg import sql

from customers.models.usage_event import USAGE_EVENTS, DirtyDay
from lib.partitions import drop_partition, make_partitions, partitions_of

DAYS_AHEAD = 100
# Events older than this are not taken from a client, so no partitions wait for them.
OLDEST_EVENT_DAYS = 400
# An import of old events is not thrown away before anybody looked at it.
RECENTLY_RECEIVED = timedelta(days=30)


def days_back() -> int:
    return min(OLDEST_EVENT_DAYS, int(settings.EVENT_RETENTION_DAYS))


def keep_partitions(now: datetime) -> tuple[int, int]:
    """Make what is missing and drop what is over. How many were made and dropped."""
    today = now.date()
    # A partition made a moment ago is empty, so it must not be among the old ones.
    dropped = sum(_drop_if_over(first, now) for _name, first in partitions_of(USAGE_EVENTS))
    start, end = today - timedelta(days=days_back()), today + timedelta(days=DAYS_AHEAD)
    return make_partitions(USAGE_EVENTS, start, end), dropped


def _drop_if_over(first: date, now: datetime) -> bool:
    last_kept = now.date() - timedelta(days=settings.EVENT_RETENTION_DAYS)
    if USAGE_EVENTS.next_first_day(first) > last_kept:
        return False
    if _has_uncounted_days(first) or _was_filled_lately(first, now):
        return False
    drop_partition(USAGE_EVENTS, first)
    return True


def _has_uncounted_days(first: date) -> bool:
    """Days that a night has yet to count. A local day may reach into the weeks beside it, and
    an event may carry a client's time some days off."""
    beside = timedelta(days=2)
    end = USAGE_EVENTS.next_first_day(first) + beside
    return DirtyDay.objects.filter(day__gte=first - beside, day__lt=end).exists()


def _was_filled_lately(first: date, now: datetime) -> bool:
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE received_at > %s)").format(
        sql.Identifier(USAGE_EVENTS.partition_name(first))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(), [now - RECENTLY_RECEIVED])
        return bool(cursor.fetchone()[0])


def room_ends_on() -> date | None:
    """The first day events have no partition for; None when there is no room at all."""
    firsts = [first for _name, first in partitions_of(USAGE_EVENTS)]
    return USAGE_EVENTS.next_first_day(max(firsts)) if firsts else None
