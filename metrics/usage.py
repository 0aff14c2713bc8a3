"""Daily usage: how much each customer used the product on one day.

An event belongs to the reporting day it happened on. A customer without events has no row for
that day; readers treat a missing row as zero. `event_count` sums the quantities of the events,
`active_people` counts the different people, `seconds` sums their time.

Days are counted anew from their events, so events that came late or were withdrawn are right after
the next night. A day of which no event is kept (older than we keep them, or brought in already
counted) is left as it is unless it was marked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from customers.models import DirtyDay, UsageEvent
from lib.days import day_bounds, days_between
from metrics.insiders import insiders
from metrics.models import DailyUsage, Feature, PersonDay
from metrics.partitions import make_room_for
from metrics.rolling_up import FIND, MORE_PEOPLE, MORE_USAGE, NOT_SEEN, PEOPLE, SEEN, USAGE

# How many events are told apart, how many of them are core features unless somebody says otherwise,
# and which names only mean that somebody came or went.
MOST_FEATURES, MOST_CORE = 200, 12
COMING_AND_GOING = (
    r"log[ _.-]?(in|out)|logged|sign(ed)?[ _.-]?(in|out)|session|page[ _.-]?(view|leave)"
)
FINDING = {
    "most": MOST_FEATURES, "most_core": MOST_CORE, "coming_and_going": COMING_AND_GOING,
}  # fmt: skip


# One row for each customer: at which places of the period she used it, and how much.
USES = """
    SELECT customer_id, array_agg(day - %(start)s::date), array_agg(event_count)
    FROM metrics_dailyusage
    WHERE customer_id = ANY(%(ids)s) AND day BETWEEN %(start)s AND %(end)s
    GROUP BY customer_id
"""


@dataclass(frozen=True)
class UsagePoint:
    day: date
    event_count: int = 0
    active_people: int = 0
    seconds: int = 0


@transaction.atomic
def roll_up_usage(day: date) -> int:
    """Count a day from its events, whatever stood there before. How many customers used it."""
    values = _parameters(day)
    make_room_for(day)
    DailyUsage.objects.filter(day=day).delete()
    PersonDay.objects.filter(day=day).delete()
    with connection.cursor() as cursor:
        cursor.execute(FIND, values | FINDING)
        values["idle"] = idle_events()
        for statement in (PEOPLE, NOT_SEEN, SEEN, USAGE):
            cursor.execute(statement, values)
        return int(cursor.rowcount)


def _count_in(day: date) -> None:
    """Count an old day without taking anything away: its other events may be gone already."""
    values = _parameters(day) | {"idle": idle_events()}
    make_room_for(day)
    with connection.cursor() as cursor:
        for statement in (f"{PEOPLE} {MORE_PEOPLE}", SEEN, f"{USAGE} {MORE_USAGE}"):
            cursor.execute(statement, values)


def _parameters(day: date) -> dict[str, Any]:
    start, end = day_bounds(day)
    return {"day": day, "start": start, "end": end, **insiders().values}


def idle_events() -> list[str]:
    """Events that do not make anybody active."""
    return list(Feature.objects.filter(is_value=False).values_list("event", flat=True))


def roll_up_if_it_has_events(day: date) -> int:
    """The same, unless no event of that day is kept."""
    start, end = day_bounds(day)
    has_events = UsageEvent.objects.filter(occurred_at__gte=start, occurred_at__lt=end).exists()
    return roll_up_usage(day) if has_events else 0


@transaction.atomic
def recount_dirty_days(through: date) -> list[date]:
    """Count the marked days up to and with a day anew. Which days those were, oldest first.

    A mark is read before the counting and forgotten only if nobody raised it meanwhile. Of days
    whose events may have been forgotten, only what was brought in since is counted in.
    """
    kept_from = through - timedelta(days=settings.EVENT_RETENTION_DAYS)
    marked = list(DirtyDay.objects.filter(day__lte=through).order_by("day"))
    for dirty in marked:
        if dirty.day >= kept_from:
            roll_up_usage(dirty.day)
        else:
            _count_in(dirty.day)
        DirtyDay.objects.filter(day=dirty.day, marks=dirty.marks).delete()
    return [dirty.day for dirty in marked]


def usage_history(customer_id: int, start: date, end: date) -> list[UsagePoint]:
    """Every day of `[start, end)`, oldest first; days without use are there with zeros."""
    rows = DailyUsage.objects.filter(customer_id=customer_id, day__gte=start, day__lt=end)
    fields = ("day", "event_count", "active_people", "seconds")
    used = {row[0]: UsagePoint(*row) for row in rows.values_list(*fields)}
    return [used.get(day, UsagePoint(day)) for day in days_between(start, end)]


def uses_by_day(customer_ids: Iterable[int], day: date, days: int = 28) -> dict[int, list[int]]:
    """Uses of the last `days` days up to and with a day, oldest first, for the rows of one page."""
    uses = {customer_id: [0] * days for customer_id in customer_ids}
    if not uses:
        return uses
    start = day - timedelta(days=days - 1)
    with connection.cursor() as cursor:
        cursor.execute(USES, {"ids": list(uses), "start": start, "end": day})
        for customer_id, places, counts in cursor.fetchall():
            for place, count in zip(places, counts, strict=True):
                uses[customer_id][place] = count
    return uses
