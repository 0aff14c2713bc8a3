"""What event sources sent, added up for the people who look after them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from accounts.models import ApiKey, User
from customers.models import EventName, SourceDay, UnresolvedEvent

NAMES = ["stored", "duplicate", "differing", "waiting", "quarantined", "dropped"]
SUMS = {name: Sum(name) for name in NAMES}


@dataclass(frozen=True)
class SourceLine:
    """A source and what became of its events in some days; zeros when it sent none."""

    source: ApiKey
    last_at: datetime | None
    counts: dict[str, int]


def event_sources(user: User) -> QuerySet[ApiKey]:
    """The keys that may send events."""
    may_send = Q(kind__in=[ApiKey.Kind.SERVER, ApiKey.Kind.BROWSER])
    may_send |= Q(scopes__contains=[ApiKey.Scope.EVENTS_WRITE])
    return ApiKey.objects.visible_to(user).filter(may_send)


def source_lines(sources: Iterable[ApiKey], *, since: date) -> list[SourceLine]:
    totals = SourceDay.objects.filter(day__gte=since).values("source").annotate(**SUMS)
    counts = {row["source"]: {name: row[name] for name in NAMES} for row in totals.order_by()}
    last = dict(SourceDay.objects.order_by().values_list("source").annotate(Max("last_at")))
    nothing = dict.fromkeys(NAMES, 0)
    return [
        SourceLine(source, last.get(source.pk), counts.get(source.pk, nothing))
        for source in sources
    ]


def days_of(source: ApiKey, *, today: date, days: int) -> list[dict[str, Any]]:
    """One line for each day on which the source sent something, the newest first."""
    since = today - timedelta(days=days - 1)
    rows = SourceDay.objects.filter(source=source, day__gte=since).values("day")
    return list(rows.annotate(**SUMS).order_by("-day"))


# From here on somebody should look, before events end in quarantine.
MANY_NAMES = 0.8
PERSONAL_SHOWN = 20


@dataclass(frozen=True)
class NameWarnings:
    """What the names of a source's events give reason to look at; empty when nothing does."""

    used: int
    most: int
    personal: list[str]

    @property
    def are_many(self) -> bool:
        return self.used >= self.most * MANY_NAMES


def name_warnings(source: ApiKey) -> NameWarnings:
    names = EventName.objects.filter(source=source)
    personal = names.filter(looks_personal=True).order_by("name")[:PERSONAL_SHOWN]
    return NameWarnings(
        used=names.count(),
        most=settings.EVENT_NAMES_PER_SOURCE,
        personal=list(personal.values_list("name", flat=True)),
    )


def waiting_accounts(user: User, *, limit: int) -> list[dict[str, Any]]:
    """Names of companies nobody knows, with how many events wait for each; most first."""
    events = UnresolvedEvent.objects.visible_to(user).exclude(account="")
    rows = events.values("account").annotate(
        events=Count("pk"), first_at=Min("received_at"), last_at=Max("received_at")
    )
    return list(rows.order_by("-events", "account")[:limit])
