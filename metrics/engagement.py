"""Engagement: how often, how widely and how long the product is used (ENG-1 to ENG-5).

Active means at least one value event on a reporting day; staff, bots and API keys are left out
before anything is counted. Stickiness = mean daily active people / people active in the window,
28 days unless told. Active share = people active in 28 days / licensed seats, not clamped.
Adoption counts only those who could adopt. A session ends after more than 30 minutes without an
event; a lone event is a session of 0 minutes and stays in the mean. A returning visitor had a
session before the window began. Nobody there gives no figure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import mean, median

from lib.rates import Rate

WINDOW_DAYS = 28
IDLE_LIMIT = timedelta(minutes=30)


@dataclass(frozen=True)
class Stickiness:
    """`rate` is active person-days over (people × days), which equals mean DAU / window actives."""

    daily: tuple[int, ...]
    people: int

    @property
    def average_daily(self) -> Fraction:
        return Fraction(sum(self.daily), len(self.daily)) if self.daily else Fraction(0)

    @property
    def rate(self) -> Rate:
        whole = self.people * len(self.daily)
        return Rate(sum(self.daily), whole, "" if whole else "no_data")


def stickiness(
    days_by_person: Mapping[str, Collection[date]], window: list[date],
    internal: Collection[str] = (),
) -> Stickiness:  # fmt: skip
    """DAU / MAU over the days of `window`."""
    people = {
        person: set(days) & set(window)
        for person, days in days_by_person.items()
        if person not in internal
    }
    active = [days for days in people.values() if days]
    return Stickiness(
        daily=tuple(sum(day in days for days in active) for day in window), people=len(active)
    )


@dataclass(frozen=True)
class ActiveShare:
    rate: Rate

    @property
    def is_over_deployed(self) -> bool:
        """More people than seats: room to grow, or shared log-ins."""
        return self.rate.numerator > self.rate.denominator > 0


def active_share(active_people: int, seats: int) -> ActiveShare:
    return ActiveShare(Rate(active_people, seats, "" if seats else "no_seats"))


def adoption(eligible: int, adopters: int) -> Rate:
    """Share of those able to adopt who used the core action often enough."""
    return Rate(adopters, eligible, "" if eligible else "nobody_eligible")


@dataclass(frozen=True)
class TimeOnSite:
    """Lengths of sessions in minutes."""

    sessions: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.sessions)

    @property
    def mean(self) -> float | None:
        return mean(self.sessions) if self.sessions else None

    @property
    def median(self) -> float | None:
        return median(self.sessions) if self.sessions else None


def time_on_site(moments: Iterable[datetime], idle_limit: timedelta = IDLE_LIMIT) -> TimeOnSite:
    """Sessions of one visitor, cut where nothing happened for more than `idle_limit`."""
    sessions: list[list[datetime]] = []
    for moment in sorted(moments):
        if sessions and moment - sessions[-1][-1] <= idle_limit:
            sessions[-1].append(moment)
        else:
            sessions.append([moment])
    return TimeOnSite(tuple((s[-1] - s[0]).total_seconds() / 60 for s in sessions))


def returning_visitors(sessions: Iterable[tuple[str, date]], start: date, end: date) -> Rate:
    """Visitors of `[start, end)` with a session before `start`, over all visitors of it."""
    first_seen: dict[str, date] = {}
    visitors: set[str] = set()
    for visitor, day in sessions:
        first_seen[visitor] = min(day, first_seen.get(visitor, day))
        if start <= day < end:
            visitors.add(visitor)
    returning = sum(first_seen[visitor] < start for visitor in visitors)
    return Rate(returning, len(visitors), "" if visitors else "no_data")
