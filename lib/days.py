"""What a day is: the calendar day of the reporting time zone, half open.

Everybody takes days from here; nobody else adds 24 hours or cuts a moment (GEN-2).
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def reporting_zone() -> ZoneInfo:
    return ZoneInfo(settings.REPORTING_TIME_ZONE)


def local_day(moment: datetime) -> date:
    """The reporting day a moment belongs to; midnight belongs to the day that begins."""
    return moment.astimezone(reporting_zone()).date()


def today() -> date:
    """The reporting day it is now. Only pages, jobs and commands ask; rules are given a day."""
    return local_day(timezone.now())


def day_start(day: date) -> datetime:
    """The first moment of a day, with its zone."""
    return datetime.combine(day, time.min, tzinfo=reporting_zone())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """`[start, end)` of a day: 23, 24 or 25 hours apart."""
    return day_start(day), day_start(day + timedelta(days=1))


def month_start(day: date) -> date:
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the last day of a shorter month (29 Feb -> 28 Feb)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, days_in_month(first)))


def days_in_month(day: date) -> int:
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (following - timedelta(days=1)).day


def days_between(start: date, end: date) -> list[date]:
    """Every day of `[start, end)`."""
    return [start + timedelta(days=n) for n in range((end - start).days)]


def next_working_day(day: date) -> date:
    """The first day after it that is neither Saturday nor Sunday."""
    following = day + timedelta(days=1)
    while following.weekday() >= 5:
        following += timedelta(days=1)
    return following
