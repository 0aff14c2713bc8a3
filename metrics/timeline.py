"""What happened with one customer: one timeline out of everything that is written down.

Newest first: touchpoints, mails, answers, changes of health, changes of contract, tickets. Each
source is asked for no more lines than are shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from customers.models import Customer, SubscriptionVersion, Ticket, Touchpoint
from lib.days import day_start, local_day
from lib.money import formatted
from metrics.models import HealthScore
from outreach.models import Message
from surveys.models import Response, Survey


class Kind(models.TextChoices):
    TOUCH = "touch", gettext_lazy("Touchpoints")
    MAIL = "mail", gettext_lazy("Mails")
    ANSWER = "answer", pgettext_lazy("what was answered", "Answers")
    HEALTH = "health", gettext_lazy("Health")
    CONTRACT = "contract", gettext_lazy("Contract")
    TICKET = "ticket", gettext_lazy("Tickets")


@dataclass(frozen=True)
class Event:
    """A line of the timeline; `feeling` is good, bad or empty, `icon` names a picture."""

    at: datetime
    kind: Kind
    icon: str
    title: str
    text: str = ""
    who: str = ""
    feeling: str = ""


@dataclass(frozen=True)
class Timeline:
    """Some events, newest first; `older` is where the next ones begin, None at the end."""

    events: list[Event]
    older: datetime | None


def timeline(
    customer: Customer, *, kind: str = "", before: datetime | None = None, limit: int = 15
) -> Timeline:
    """The newest events before a moment, all kinds or one."""
    end = before or timezone.now() + AHEAD
    asked = [SOURCES[Kind(kind)]] if kind in Kind.values else list(SOURCES.values())
    found = [event for source in asked for event in source(customer, end, limit + 1)]
    found.sort(key=lambda event: event.at, reverse=True)
    if len(found) <= limit:
        return Timeline(found, None)
    # Whatever happened in the same moment stays together, because the next page begins before it.
    oldest = found[limit - 1].at
    return Timeline([event for event in found if event.at >= oldest], oldest)


def _touchpoints(customer: Customer, end: datetime, limit: int) -> Iterator[Event]:
    rows = Touchpoint.objects.filter(customer=customer, happened_at__lt=end)
    for row in rows.select_related("author", "contact").order_by("-happened_at", "-pk")[:limit]:
        minutes = (
            ngettext("%(n)s minute", "%(n)s minutes", row.minutes) % {"n": row.minutes}
            if row.minutes
            else ""
        )
        title = f"{row.get_kind_display()} · {minutes}" if minutes else row.get_kind_display()
        yield Event(
            row.happened_at, Kind.TOUCH, f"outline/{TOUCH_ICONS[row.kind]}", title, row.summary,
            ", ".join(str(name) for name in (row.contact, row.author) if name),
        )  # fmt: skip


def _mails(customer: Customer, end: datetime, limit: int) -> Iterator[Event]:
    rows = Message.objects.filter(contact__customer=customer, sent_at__lt=end)
    for row in rows.select_related("contact").order_by("-sent_at", "-pk")[:limit]:
        yield Event(
            row.sent_at or end, Kind.MAIL, "outline/mail",
            _("Mail: %(subject)s") % {"subject": row.subject}, "", str(row.contact or row.email),
        )  # fmt: skip


def _answers(customer: Customer, end: datetime, limit: int) -> Iterator[Event]:
    rows = Response.objects.filter(customer=customer, answered_at__lt=end)
    rows = rows.select_related("contact", "survey").order_by("-answered_at", "-pk")
    for row in rows[:limit]:
        is_nps = row.survey.kind == Survey.Kind.NPS
        feeling = (
            "good" if is_nps and row.score >= 9 else "bad" if is_nps and row.score <= 6 else ""
        )
        yield Event(
            row.answered_at, Kind.ANSWER, "outline/message-star",
            _("Answered %(score)s to “%(survey)s”") % {"score": row.score, "survey": row.survey},
            row.comment, str(row.contact or ""), feeling,
        )  # fmt: skip


def _health(customer: Customer, end: datetime, limit: int) -> Iterator[Event]:
    """Only the days on which the band changed."""
    scores = HealthScore.objects.filter(customer_id=customer.pk, day__lt=local_day(end))
    rows = list(scores.order_by("-day").values_list("day", "band", "score")[:400])
    changes = [(new, old) for new, old in pairwise(rows) if new[1] != old[1]]
    for (day, band, score), (_day, band_before, _score) in changes[:limit]:
        words = {
            "before": HealthScore.Band(band_before).label,
            "after": HealthScore.Band(band).label,
            "score": "–" if score is None else round(score),
        }
        worse = BANDS.index(band) > BANDS.index(band_before)
        yield Event(
            day_start(day + timedelta(days=1)), Kind.HEALTH, "outline/heartbeat",
            _("Health: %(before)s → %(after)s (%(score)s)") % words,
            feeling="bad" if worse else "good",
        )  # fmt: skip


def _contract(customer: Customer, end: datetime, limit: int) -> Iterator[Event]:
    rows = SubscriptionVersion.objects.filter(
        subscription__customer=customer, effective_on__lte=local_day(end)
    ).select_related("subscription__product")
    for row in rows.order_by("-effective_on", "-recorded_at", "-pk")[:limit]:
        at = day_start(row.effective_on)
        if at >= end:
            continue
        yield Event(
            at, Kind.CONTRACT, "outline/file-text",
            _("Contract: %(what)s") % {"what": row.subscription.product or row.subscription},
            _("%(plan)s, %(quantity)s × %(price)s every %(count)s %(interval)s")
            % {
                "plan": row.plan or "–",
                "quantity": f"{row.quantity.normalize():f}",
                "price": formatted(Decimal(row.price), row.currency),
                "count": row.interval_count,
                "interval": row.get_interval_display(),
            },
        )  # fmt: skip


def _tickets(customer: Customer, end: datetime, limit: int) -> Iterator[Event]:
    rows = Ticket.objects.filter(customer=customer, opened_at__lt=end)
    for row in rows.order_by("-opened_at", "-pk")[:limit]:
        state = _("closed") if row.closed_at else _("open")
        urgent = row.priority == Ticket.Priority.URGENT
        yield Event(
            row.opened_at, Kind.TICKET, "outline/lifebuoy",
            _("Ticket: %(ticket)s") % {"ticket": row},
            f"{row.get_priority_display()} · {state}",
            feeling="bad" if urgent and not row.closed_at else "",
        )  # fmt: skip


# Contract changes that are agreed but still to come are shown as well.
AHEAD = timedelta(days=400)
BANDS = ["green", "amber", "red", "none"]
TOUCH_ICONS = {
    "call": "phone", "meeting": "users", "mail": "mail", "note": "note", "training": "school",
}  # fmt: skip
SOURCES: dict[Kind, Callable[[Customer, datetime, int], Iterator[Event]]] = {
    Kind.TOUCH: _touchpoints,
    Kind.MAIL: _mails,
    Kind.ANSWER: _answers,
    Kind.HEALTH: _health,
    Kind.CONTRACT: _contract,
    Kind.TICKET: _tickets,
}
