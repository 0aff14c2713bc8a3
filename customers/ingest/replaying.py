"""Events that waited are placed when their customer appears, and forgotten when none did.

Both kinds wait 30 days: those without a customer, and those in quarantine.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import ApiKey
from customers.ingest.free_mail import FREE_MAIL
from customers.ingest.messages import Envelope, Message
from customers.ingest.receiving import PLACED, WAITING, place, take_in
from customers.models import (
    AccountAlias,
    Contact,
    Customer,
    QuarantinedEvent,
    UnresolvedEvent,
)

WAITS_FOR = timedelta(days=30)
BATCH = 1_000
FORGET_MESSAGES = """
DELETE FROM customers_seenmessage WHERE event_id IN (
    SELECT event_id FROM customers_seenmessage WHERE seen_on < %s LIMIT 50000
)
"""


def replay_waiting() -> int:
    """Place what waits for an account or a person that is known by now. How many were placed."""
    placed = 0
    for source in ApiKey.objects.filter(pk__in=_resolvable().values("source")):
        while batch := _replay_batch(source):
            placed += batch
    return placed


def _resolvable() -> QuerySet[UnresolvedEvent]:
    """Events whose account is a customer or an alias, or whose person is a contact, by now."""
    person = KT("body__person")
    known = (
        Q(Exists(Customer.objects.filter(external_id=OuterRef("account"))))
        | Q(Exists(AccountAlias.objects.filter(account=OuterRef("account"))))
        | Q(Exists(Contact.objects.filter(external_id=OuterRef("person"))), account="")
    )
    events = UnresolvedEvent.objects.annotate(person=person)
    if settings.EVENTS_MATCH_EMAIL_DOMAIN:
        words = [F("person"), Value("@"), Value(2)]
        domain = Lower(Func(*words, function="split_part", output_field=TextField()))
        events = events.annotate(mail_domain=domain)
        known |= Q(Exists(_only_one_with("mail_domain")), account="")
    return events.filter(known)


def _only_one_with(domain: str) -> QuerySet[Any, Any]:
    """As `customers_of_domains` finds it, so that what is claimed here is placed there."""
    nobodys = ["", *FREE_MAIL]
    customers = Customer.objects.filter(domain=OuterRef(domain)).exclude(domain__in=nobodys)
    counted = customers.order_by().values("domain").annotate(customers=Count("pk"))
    return counted.filter(customers=1)


@transaction.atomic
def _replay_batch(source: ApiKey) -> int:
    """Some events of one source, claimed so that two workers do not place the same ones."""
    claimed = _resolvable().filter(source=source).order_by("received_at", "pk")
    rows = list(claimed.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    placed = 0
    for received_at, group in _by_arrival(rows).items():
        verdicts = place(source, [message_of(row) for row in group], received_at)
        done = [
            row.pk
            for row, verdict in zip(group, verdicts, strict=True)
            if verdict in PLACED - {WAITING}
        ]
        UnresolvedEvent.objects.filter(pk__in=done).delete()
        placed += len(done)
    return placed


def _by_arrival(rows: list[UnresolvedEvent]) -> dict[datetime, list[UnresolvedEvent]]:
    """One request brought many events, which share the moment they were received."""
    groups: dict[datetime, list[UnresolvedEvent]] = {}
    for row in rows:
        groups.setdefault(row.received_at, []).append(row)
    return groups


def message_of(row: UnresolvedEvent) -> Message:
    moments = {key: datetime.fromisoformat(row.body[key]) for key in ("client_ts", "occurred_at")}
    return Message(**{**row.body, **moments})


def map_account(account: str, customer: Customer) -> None:
    """From now on this name means this customer, for what waits and for what will come."""
    AccountAlias.objects.update_or_create(account=account, defaults={"customer": customer})


def retry_quarantined(row: QuarantinedEvent) -> bool:
    """Read an event of the quarantine once more. False when it is still refused, and stays."""
    if not row.source.is_usable(timezone.now()):
        return False
    try:
        kept = json.loads(row.body)
    except ValueError:
        return False  # longer than the quarantine keeps
    envelope = Envelope(
        received_at=row.received_at,
        kind=kept["kind"],
        sent_at=kept["sentAt"],
        context=kept["context"],
        is_history=kept.get("isHistory", False),
    )
    with transaction.atomic():
        if not QuarantinedEvent.objects.select_for_update().filter(pk=row.pk).exists():
            return True
        QuarantinedEvent.objects.filter(pk=row.pk).delete()
        receipt = take_in(row.source, kept["shape"], [kept["item"]], envelope)
    return receipt.verdicts[0] in PLACED


def forget_old(now: datetime) -> int:
    """Let go of what waited long enough, and of messages nobody sends again."""
    over = now - WAITS_FOR
    forgotten, _each = UnresolvedEvent.objects.filter(received_at__lt=over).delete()
    quarantined, _each = QuarantinedEvent.objects.filter(received_at__lt=over).delete()
    return forgotten + quarantined + _forget_messages(now)


def _forget_messages(now: datetime) -> int:
    """In small bites, so that no statement runs long; what is left is for the next run."""
    last_kept = now.date() - timedelta(days=settings.EVENT_DEDUPE_DAYS)
    forgotten = 0
    with connection.cursor() as cursor:
        for _bite in range(100):
            cursor.execute(FORGET_MESSAGES, [last_kept])
            forgotten += cursor.rowcount
            if not cursor.rowcount:
                break
    return forgotten
