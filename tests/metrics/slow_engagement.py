"""The slow and obvious twin of engagement (ENG-1, ENG-4, ENG-5): person by person, in Python."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from lib.rates import Rate

IDLE_LIMIT = timedelta(minutes=30)


@dataclass(frozen=True)
class Stickiness:
    """`rate` is active person-days over (people × days), which equals mean DAU / window actives."""

    daily: tuple[int, ...]
    people: int

    @property
    def rate(self) -> Rate:
        whole = self.people * len(self.daily)
        return Rate(sum(self.daily), whole, "" if whole else "no_data")


def stickiness(days_by_person: Mapping[str, Collection[date]], window: list[date]) -> Stickiness:
    """DAU / MAU over the days of `window`."""
    people = {person: set(days) & set(window) for person, days in days_by_person.items()}
    active = [days for days in people.values() if days]
    return Stickiness(
        daily=tuple(sum(day in days for days in active) for day in window), people=len(active)
    )


def sessions_of(
    moments: Iterable[datetime], idle_limit: timedelta = IDLE_LIMIT
) -> list[list[datetime]]:
    """The moments of one visitor, cut where nothing happened for more than `idle_limit`."""
    sessions: list[list[datetime]] = []
    for moment in sorted(moments):
        if sessions and moment - sessions[-1][-1] <= idle_limit:
            sessions[-1].append(moment)
        else:
            sessions.append([moment])
    return sessions


def time_on_site(
    came: Iterable[tuple[str, datetime]], window: list[date], zone: tzinfo
) -> list[float]:
    """Minutes of every session that began in the window, whatever its visitor did in it."""
    by_visitor: dict[str, list[datetime]] = {}
    for visitor, moment in came:
        by_visitor.setdefault(visitor, []).append(moment)
    return [
        (session[-1] - session[0]).total_seconds() / 60
        for moments in by_visitor.values()
        for session in sessions_of(moments)
        if session[0].astimezone(zone).date() in window
    ]


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
