"""Periods people ask about: months, quarters, years, and days from one to another.

Half open `[start, end)`. A quarter and a year are those of the fiscal year, which is named after
the calendar year it begins in: where it starts in April, `2026-Q1` is April to June 2026.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from lib.days import add_months, month_start

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
QUARTER = re.compile(r"(\d{4})-[qQ]([1-4])", re.ASCII)
YEAR = re.compile(r"(\d{4})", re.ASCII)
SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)


class PeriodUnreadableError(ValueError):
    """Not a month, a quarter, a year or a span of days."""


@dataclass(frozen=True)
class Period:
    """`kind` is month, quarter, year or span; `code` is how it is asked for again."""

    start: date
    end: date
    kind: str
    code: str

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def months(self) -> int | None:
        """How many whole months it covers; None for a span of days that is not whole months."""
        if self.start.day != 1 or self.end.day != 1:
            return None
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month

    def moved(self, steps: int) -> "Period":
        """The period so many steps later, of the same kind and length."""
        if self.kind == "span":
            length = (self.end - self.start) * steps
            return span(self.start + length, self.end + length)
        size = {"month": 1, "quarter": 3, "year": 12}[self.kind]
        make = {"month": month_of, "quarter": quarter_of, "year": year_of}[self.kind]
        return make(add_months(self.start, size * steps))


def month_of(day: date) -> Period:
    first = month_start(day)
    return Period(first, add_months(first, 1), "month", f"{first:%Y-%m}")


def quarter_of(day: date) -> Period:
    year = year_of(day).start
    number = ((day.year - year.year) * 12 + day.month - year.month) // 3
    first = add_months(year, 3 * number)
    return Period(first, add_months(first, 3), "quarter", f"{year.year:04}-Q{number + 1}")


def year_of(day: date) -> Period:
    starts_in = settings.FISCAL_YEAR_STARTS_IN_MONTH
    first = date(day.year - (day.month < starts_in), starts_in, 1)
    return Period(first, add_months(first, 12), "year", f"{first.year:04}")


def span(start: date, end: date) -> Period:
    """The days `[start, end)`."""
    return Period(start, end, "span", f"{start}..{end - timedelta(days=1)}")


def trailing_months(day: date, months: int) -> Period:
    """The whole months up to and with the month of a day."""
    end = add_months(month_start(day), 1)
    return span(add_months(end, -months), end)


def period_of(text: str) -> Period:
    """`2026-10`, `2026-Q3`, `2026`, or `2026-10-01..2026-10-31` with its last day.

    PeriodUnreadableError for anything else, and for days nobody has figures of.
    """
    try:
        period = _read(text.strip())
    except (ValueError, OverflowError):
        raise PeriodUnreadableError(text) from None
    if period is None or not EARLIEST <= period.start < period.end <= LATEST:
        raise PeriodUnreadableError(text)
    return period


def _read(text: str) -> Period | None:
    starts_in = settings.FISCAL_YEAR_STARTS_IN_MONTH
    if found := MONTH.fullmatch(text):
        return month_of(date(int(found[1]), int(found[2]), 1))
    if found := QUARTER.fullmatch(text):
        return quarter_of(add_months(date(int(found[1]), starts_in, 1), 3 * int(found[2]) - 3))
    if found := YEAR.fullmatch(text):
        return year_of(date(int(found[1]), starts_in, 1))
    if found := SPAN.fullmatch(text):
        last = date.fromisoformat(found[2])
        return span(date.fromisoformat(found[1]), last + timedelta(days=1))
    return None
