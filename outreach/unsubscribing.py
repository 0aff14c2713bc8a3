"""An address says stop, about one topic or about everything, and is heard at once."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from customers.models import Contact
from outreach.addresses import address_hash, address_key
from outreach.models import Message, Suppression, Topic


def stop(email_key: str, topic: Topic | None, *, reason: str, source: str) -> bool:
    """Stop one topic, or all when None. False when it was stopped before: asking twice is fine."""
    _row, is_new = Suppression.objects.get_or_create(
        email_hash=address_hash(email_key),
        topic=topic,
        defaults={"reason": reason, "source": source},
    )
    return is_new


def stopped_topic_ids(email_key: str) -> set[int | None]:
    """The topics an address stopped; None stands for everything."""
    rows = Suppression.objects.filter(email_hash=address_hash(email_key))
    return set(rows.values_list("topic_id", flat=True))


@transaction.atomic
def choose_topics(message: Message, stopped: Collection[Topic], *, stop_all: bool) -> None:
    """What a contact wants from now on. Only own words are taken back, never a bounce."""
    own = Suppression.objects.filter(
        email_hash=address_hash(message.email_norm), reason=Suppression.Reason.UNSUBSCRIBED
    )
    wanted: list[Topic | None] = [None] if stop_all else list(stopped)
    kept = [topic.pk for topic in wanted if topic]
    own.filter(topic__isnull=False).exclude(topic__in=kept).delete()
    if not stop_all:
        own.filter(topic__isnull=True).delete()
    for topic in wanted:
        stop(message.email_norm, topic, reason="unsubscribed", source=f"message:{message.pk}")


@transaction.atomic
def note_dead_mailbox(message: Message) -> None:
    """The server says there is no such mailbox: nobody is to try again."""
    stop(message.email_norm, None, reason="bounced", source=f"message:{message.pk}")
    contact = message.contact
    if contact and address_key(contact.email) == message.email_norm:
        unmarked = Contact.objects.filter(pk=contact.pk, bounced_at__isnull=True)
        unmarked.update(bounced_at=timezone.now())
