"""The slow and obvious twin of cohort triangles: every customer at every month end, in Python."""

from collections.abc import Mapping
from datetime import date, timedelta

from lib.days import add_months

FIRST, MONTHS = date(2025, 1, 1), 6
Pays = Mapping[str, int]


def paid_on(steps: Pays, day: date) -> int:
    """What a month costs on a day."""
    ruling = [price for since, price in steps.items() if date.fromisoformat(since) <= day]
    return ruling[-1] if ruling else 0


def joined(steps: Pays) -> date | None:
    paying = [date.fromisoformat(since) for since, price in steps.items() if price]
    return min(paying, default=None)


def kept(steps: Pays, age: int, measure: str, variant: str) -> int:
    """1 or 0, or money, at the end of the month so long after that of joining."""
    start = joined(steps)
    ends = [add_months(start.replace(day=1), n + 1) - timedelta(days=1) for n in range(age + 1)]
    if variant == "survival" and any(paid_on(steps, end) == 0 for end in ends):
        return 0
    price, joined_with = paid_on(steps, ends[-1]), paid_on(steps, start)
    if measure == "logo":
        return int(price > 0)
    return price if measure == "net" else min(price, joined_with)


def slow_triangle(
    histories: list[Pays], measure: str, variant: str
) -> dict[str, list[float | None]]:
    cohorts: dict[date, list[Pays]] = {}
    for steps in histories:
        if start := joined(steps):
            cohorts.setdefault(start.replace(day=1), []).append(steps)
    months = [add_months(FIRST, n) for n in range(MONTHS)]
    width = max((MONTHS - months.index(month) for month in cohorts), default=0)
    found: dict[str, list[float | None]] = {}
    for month in sorted(cohorts):
        members = cohorts[month]
        whole = sum(1 if measure == "logo" else paid_on(s, joined(s)) for s in members)
        row: list[float | None] = [None] * width
        for age in range(MONTHS - months.index(month)):
            row[age] = round(sum(kept(s, age, measure, variant) for s in members) / whole, 10)
        found[f"{month:%Y-%m}"] = row
    return found


def slow_churn(histories: list[Pays], first: date, last: date) -> tuple[int, int, int]:
    """Who paid before the days from `first` to `last`, who of them is lost, and who only inside."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    start = lost = early = 0
    for steps in histories:
        before, after = paid_on(steps, first - timedelta(days=1)), paid_on(steps, last)
        start += before > 0
        lost += before > 0 and after == 0
        is_inside = any(paid_on(steps, inside) for inside in days)
        early += before == 0 and after == 0 and is_inside
    return start, lost, early
