"""Daily usage: how much each customer used the product on one day.

An event belongs to the reporting day it happened on. A customer without events has no row for
that day; readers treat a missing row as zero. `event_count` sums the quantities of the events,
`active_people` counts the different people, `seconds` sums their time.
"""

from dataclasses import dataclass
from datetime import date

from lib.days import days_between
from metrics.models import DailyUsage


@dataclass(frozen=True)
class UsagePoint:
    day: date
    event_count: int = 0
    active_people: int = 0
    seconds: int = 0


def usage_history(customer_id: int, start: date, end: date) -> list[UsagePoint]:
    """Every day of `[start, end)`, oldest first; days without use are there with zeros."""
    rows = DailyUsage.objects.filter(customer_id=customer_id, day__gte=start, day__lt=end)
    fields = ("day", "event_count", "active_people", "seconds")
    used = {row[0]: UsagePoint(*row) for row in rows.values_list(*fields)}
    return [used.get(day, UsagePoint(day)) for day in days_between(start, end)]
