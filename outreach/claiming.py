"""Which messages a worker may send next: one durable transaction that decides and writes it down.

Suppression, consent and fatigue are asked here again, because days may lie between the planning
and the sending of a mail. What is claimed stands in the ledger of touches at once, so two mailings
that run side by side cannot both write to one address.
"""

import uuid
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from customers.models import Contact
from outreach.addresses import address_hash, address_key
from outreach.models import ContactTouch, Message, Suppression

BATCH = 25
CAP_DAYS = 30

CLAIM = """
    UPDATE outreach_message SET
        state = 'claimed', owner = %(owner)s, attempts = attempts + 1,
        claimed_at = statement_timestamp(),
        lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
    WHERE id IN (
        SELECT message.id FROM outreach_message message
        JOIN outreach_mailing mailing ON mailing.id = message.mailing_id
        WHERE message.state = 'ready' AND message.due_at <= statement_timestamp()
            AND mailing.state = 'running'
        ORDER BY message.due_at, message.id
        LIMIT %(batch)s
        FOR UPDATE OF message SKIP LOCKED
    )
    RETURNING id
"""


@transaction.atomic
def claim(owner: uuid.UUID, batch: int = BATCH) -> tuple[list[Message], int]:
    """The messages this worker may now hand over, and how many it ended for a reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM, {"owner": owner, "lease": settings.MAIL_LEASE_SECONDS, "batch": batch}
        )
        ids = [row[0] for row in cursor.fetchall()]
    claimed = list(
        Message.objects.filter(pk__in=ids)
        .select_related("mailing__topic", "contact")
        .order_by("due_at", "pk")
    )
    mailings = {message.mailing_id: message.mailing for message in claimed}
    for message in claimed:
        message.mailing = mailings[message.mailing_id]
    hashes = {message.pk: address_hash(message.email_norm) for message in claimed}
    _lock_addresses(hashes.values())
    allowed = []
    for message in claimed:
        reason = reason_not_to_send(message, hashes[message.pk])
        if reason:
            Message.objects.filter(pk=message.pk).update(state="suppressed", reason=reason)
            continue
        ContactTouch.objects.create(
            email_hash=hashes[message.pk], topic=message.mailing.topic, message=message
        )
        allowed.append(message)
    return allowed, len(claimed) - len(allowed)


def _lock_addresses(hashes: Collection[str]) -> None:
    """Two claims of one address wait for each other, in one order, until the first has written."""
    with connection.cursor() as cursor:
        for email_hash in sorted(set(hashes)):
            number = int(email_hash[:15], 16)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def reason_not_to_send(message: Message, email_hash: str) -> str:
    """Empty when it may go out."""
    topic = message.mailing.topic
    reason = _reason_of_contact(message.contact, message.email_norm)
    if reason or topic.is_operational:
        return reason
    if message.contact and message.contact.consent == Contact.Consent.REFUSED:
        return "refused"
    if Suppression.objects.stopping([email_hash], topic.pk).exists():
        return "unsubscribed"
    return tired(email_hash, topic.pk, quiet_days=message.mailing.quiet_days, now=timezone.now())


def _reason_of_contact(contact: Contact | None, email_norm: str) -> str:
    if contact is None:
        return "erased"
    if address_key(contact.email) != email_norm:
        return "address_changed"
    if contact.left_at:
        return "left"
    return "bounced" if contact.bounced_at else ""


def tired(email_hash: str, topic_id: int, *, quiet_days: int, now: datetime) -> str:
    """Why this address is left alone for now: a floor, a quiet time of the topic, a cap."""
    since = now - timedelta(days=max(CAP_DAYS, quiet_days))
    touches = ContactTouch.objects.filter(email_hash=email_hash, touched_at__gt=since)
    return tired_after(list(touches.values_list("touched_at", "topic_id")), topic_id,
                       quiet_days=quiet_days, now=now)  # fmt: skip


def tired_after(
    touches: list[tuple[datetime, int]], topic_id: int, *, quiet_days: int, now: datetime
) -> str:
    """The rule itself, over the touches of one address."""
    ages = Counter[str]()
    for touched_at, touched_topic in touches:
        age = now - touched_at
        ages["floor"] += age < timedelta(hours=settings.MAIL_FLOOR_HOURS)
        ages["quiet"] += touched_topic == topic_id and age < timedelta(days=quiet_days)
        ages["cap"] += age < timedelta(days=CAP_DAYS)
    if ages["floor"]:
        return "mailed_today"
    if ages["quiet"]:
        return "quiet_period"
    return "too_many_mails" if ages["cap"] >= settings.MAIL_CAP else ""
