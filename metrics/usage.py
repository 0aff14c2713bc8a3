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

from django.conf import settings
from django.db import connection, transaction

from customers.models import DirtyDay, UsageEvent
from lib.days import day_bounds, days_between
from metrics.models import DailyUsage, PersonDay
from metrics.partitions import make_room_for

# Calls that only say who somebody is are no use of the product; servers repeat them every night.
PEOPLE = """
    INSERT INTO metrics_personday (customer_id, day, person, event_count)
    SELECT customer_id, %(day)s, person, least(sum(quantity), 2147483647)
    FROM customers_usageevent
    WHERE occurred_at >= %(start)s AND occurred_at < %(end)s AND person <> ''
        AND kind NOT IN ('identify', 'group', 'alias')
    GROUP BY customer_id, person
"""
USAGE = """
    INSERT INTO metrics_dailyusage (customer_id, day, event_count, active_people, seconds)
    SELECT customer_id, %(day)s, least(sum(quantity), 2147483647),
        count(DISTINCT person) FILTER (WHERE person <> ''), sum(seconds)
    FROM customers_usageevent
    WHERE occurred_at >= %(start)s AND occurred_at < %(end)s
        AND kind NOT IN ('identify', 'group', 'alias')
    GROUP BY customer_id
"""


MORE_PEOPLE = """
    ON CONFLICT (customer_id, day, person) DO UPDATE
    SET event_count = greatest(metrics_personday.event_count, excluded.event_count)
"""
MORE_USAGE = """
    ON CONFLICT (customer_id, day) DO UPDATE
    SET event_count = greatest(metrics_dailyusage.event_count, excluded.event_count),
        active_people = greatest(metrics_dailyusage.active_people, excluded.active_people),
        seconds = greatest(metrics_dailyusage.seconds, excluded.seconds)
"""
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
    start, end = day_bounds(day)
    make_room_for(day)
    DailyUsage.objects.filter(day=day).delete()
    PersonDay.objects.filter(day=day).delete()
    with connection.cursor() as cursor:
        values = {"day": day, "start": start, "end": end}
        cursor.execute(PEOPLE, values)
        cursor.execute(USAGE, values)
        return int(cursor.rowcount)


def _count_in(day: date) -> None:
    """Count an old day without taking anything away: its other events may be gone already."""
    start, end = day_bounds(day)
    make_room_for(day)
    with connection.cursor() as cursor:
        values = {"day": day, "start": start, "end": end}
        cursor.execute(f"{PEOPLE} {MORE_PEOPLE}", values)
        cursor.execute(f"{USAGE} {MORE_USAGE}", values)


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
