"""Mail leaves the house: claimed, handed over, and its result written down. Never twice.

1. *claimed* (durable): this worker owns it until the lease is over (`outreach.claiming`).
2. *handed*: written directly before the mail server is spoken to.
3. *sent*, *failed*, *ready* again, or *unknown*.

A worker that dies between 1 and 2 has surely not sent; the message becomes ready again. One that
dies between 2 and 3 may have; the message becomes unknown, and only a person repeats it.
Marks 2 and 3 skip the wait for the disk. If PostgreSQL itself was restarted after the claim, a
mark may be lost, so such a claim counts as handed over.
"""

import logging
import random
import time
import uuid
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from outreach.addresses import address_hash
from outreach.breakers import note_failure, note_success
from outreach.claiming import claim
from outreach.models import ContactTouch, Mailing, MailText, Message
from outreach.postbox import Outcome, Postbox, Result
from outreach.rendering import MissingValueError, mail_from, sender
from outreach.unsubscribing import note_dead_mailbox

logger = logging.getLogger(__name__)

# Seconds of one call; the next bell takes up what is left.
TURN_SECONDS = 8.0
NO_SERVER_PAUSE = timedelta(seconds=30)
# 1, 2, 4 … 240 minutes: the thirteenth try is about a day after the first.
GIVE_UP_AFTER_TRIES = 13
LONGEST_PAUSE = timedelta(hours=4)

HAND_OVER = """
    UPDATE outreach_message message SET state = 'handed', handed_at = statement_timestamp(),
        lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
    FROM outreach_mailing mailing
    WHERE message.id = %(id)s AND message.state = 'claimed' AND message.owner = %(owner)s
        AND message.lease_until > statement_timestamp()
        AND mailing.id = message.mailing_id AND mailing.state = 'running'
        AND NOT EXISTS (
            SELECT 1 FROM outreach_suppression suppression
            WHERE suppression.email_hash = %(email_hash)s AND NOT %(is_operational)s
                AND (suppression.topic_id = mailing.topic_id OR suppression.topic_id IS NULL)
        )
"""
REAP = """
    UPDATE outreach_message SET
        state = CASE WHEN state = 'claimed' AND claimed_at >= pg_postmaster_start_time()
                THEN 'ready' ELSE 'unknown' END,
        owner = NULL
    WHERE state IN ('claimed', 'handed')
        AND (lease_until < statement_timestamp() OR claimed_at < pg_postmaster_start_time())
    RETURNING id, state
"""


def send_ready(turn_seconds: float = TURN_SECONDS) -> Counter[str]:
    """Send what is due until nothing is left or the turn is over. What became of how many."""
    tally = Counter(reap())
    owner = uuid.uuid4()
    ends_at = time.monotonic() + turn_seconds
    with Postbox() as postbox:
        while time.monotonic() < ends_at:
            messages, left_out = claim(owner)
            tally["suppressed"] += left_out
            if not messages and not left_out:
                break
            if not _send_batch(postbox, messages, tally):
                break
    return tally


def _send_batch(postbox: Postbox, messages: list[Message], tally: Counter[str]) -> bool:
    """False when there is no sense in going on, because no server takes mail from us."""
    texts = _texts_of(messages)
    for place, message in enumerate(messages):
        trouble = postbox.is_reachable()
        if trouble:
            _give_back(messages[place:], trouble)
            tally["ready"] += len(messages) - place
            return False
        state = _send_one(postbox, message, texts)
        tally[state] += 1
    return True


def _texts_of(messages: list[Message]) -> dict[tuple[int, str], MailText]:
    found = MailText.objects.filter(mailing__in={message.mailing_id for message in messages})
    return {(text.mailing_id, text.language): text for text in found}


def _send_one(postbox: Postbox, message: Message, texts: dict[tuple[int, str], MailText]) -> str:
    try:
        text = texts[message.mailing_id, message.language]
        mail = mail_from(message, text, message.mailing.topic.key)
    except (KeyError, MissingValueError) as error:
        logger.warning("message %s cannot be written: %s", message.pk, error)
        return _finish(message, "failed", reason="missing_value")
    if not hand_over(message):
        return _step_back(message)
    outcome = postbox.deliver(mail, sender=sender().addr_spec, recipient=message.email_norm)
    return record(message, outcome)


def _without_waiting_for_the_disk() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


@transaction.atomic
def hand_over(message: Message) -> bool:
    """The last look: still mine, still wanted. From here on it may have been sent."""
    _without_waiting_for_the_disk()
    with connection.cursor() as cursor:
        cursor.execute(
            HAND_OVER,
            {
                "id": message.pk,
                "owner": message.owner,
                "lease": settings.MAIL_LEASE_SECONDS,
                "email_hash": address_hash(message.email_norm),
                "is_operational": message.mailing.topic.is_operational,
            },
        )
        return bool(cursor.rowcount)


@transaction.atomic
def _step_back(message: Message) -> str:
    """It was mine a moment ago and may not go out now: paused, cancelled, unsubscribed or late."""
    mine = Message.objects.filter(pk=message.pk, state="claimed", owner=message.owner)
    mailing = Mailing.objects.get(pk=message.mailing_id)
    state, reason = "suppressed", "unsubscribed"
    if mailing.state == Mailing.State.CANCELLED:
        state, reason = "cancelled", ""
    elif mailing.state != Mailing.State.RUNNING or message_is_late(message):
        state, reason = "ready", ""
    if mine.update(state=state, reason=reason, owner=None):
        ContactTouch.objects.filter(message=message).delete()
    return state


def message_is_late(message: Message) -> bool:
    """Whether the lease is over, as the database sees it now."""
    return Message.objects.filter(pk=message.pk, lease_until__lte=timezone.now()).exists()


def record(message: Message, outcome: Outcome) -> str:
    """Write down what the server said; the state the message is in now."""
    if outcome.result is Result.SENT:
        note_success(message.mailing)
        return _finish(message, "sent", outcome)
    if outcome.result is Result.UNKNOWN:
        note_failure(message.mailing, outcome)
        return _finish(message, "unknown", outcome)
    if outcome.result is Result.REFUSED:
        if outcome.is_dead_mailbox:
            note_dead_mailbox(message)
        note_failure(message.mailing, outcome)
        reason = "no_such_mailbox" if outcome.is_dead_mailbox else "refused"
        return _finish(message, "failed", outcome, reason=reason)
    if outcome.result is Result.NO_LOGIN:
        message.mailing.pause("login_refused")
    return _try_later(message, outcome)


@transaction.atomic
def _finish(
    message: Message, state: str, outcome: Outcome | None = None, *, reason: str = ""
) -> str:
    """A result is taken even from a worker that lost its lease: unknown becomes known."""
    _without_waiting_for_the_disk()
    mine = Message.objects.filter(pk=message.pk, state__in=["claimed", "handed", "unknown"])
    mine.filter(attempts=message.attempts).update(
        state=state,
        reason=reason,
        owner=None,
        sent_at=timezone.now() if state == "sent" else None,
        smtp_code=outcome.code if outcome else None,
        smtp_text=outcome.text if outcome else "",
    )
    if state == "failed":
        ContactTouch.objects.filter(message=message).delete()
    return state


def _try_later(message: Message, outcome: Outcome) -> str:
    """Not taken: ready again after a growing pause, or failed after about a day."""
    if message.attempts >= GIVE_UP_AFTER_TRIES:
        return _finish(message, "failed", outcome, reason="gave_up")
    pause = min(timedelta(minutes=2 ** (message.attempts - 1)), LONGEST_PAUSE)
    due_at = timezone.now() + pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load only
    with transaction.atomic():
        _without_waiting_for_the_disk()
        mine = Message.objects.filter(pk=message.pk, state="handed", owner=message.owner)
        if mine.update(state="ready", owner=None, due_at=due_at, smtp_code=outcome.code,
                       smtp_text=outcome.text):  # fmt: skip
            ContactTouch.objects.filter(message=message).delete()
    return "ready"


@transaction.atomic
def _give_back(messages: list[Message], trouble: Outcome) -> None:
    """No server: the batch waits a little, and no recipient is the worse for it."""
    if trouble.result is Result.NO_LOGIN:
        for mailing in {message.mailing for message in messages}:
            mailing.pause("login_refused")
    ids = [message.pk for message in messages]
    mine = Message.objects.filter(pk__in=ids, state="claimed", owner=messages[0].owner)
    ContactTouch.objects.filter(message__in=mine.values("pk")).delete()
    mine.update(
        state="ready",
        owner=None,
        attempts=F("attempts") - 1,
        due_at=timezone.now() + NO_SERVER_PAUSE,
        smtp_code=trouble.code,
        smtp_text=trouble.text,
    )


@transaction.atomic
def reap() -> Counter[str]:
    """Take messages from workers that fell silent. How many became ready, how many unknown."""
    with connection.cursor() as cursor:
        cursor.execute(REAP)
        rows = cursor.fetchall()
    ready = [pk for pk, state in rows if state == "ready"]
    ContactTouch.objects.filter(message__in=ready).delete()
    return Counter(f"reaped_{state}" for _pk, state in rows)


@transaction.atomic
def retry_unknown(mailing: Mailing) -> int:
    """A person has decided: send the doubtful ones again, though some may arrive twice."""
    unknown = Message.objects.select_for_update().filter(mailing=mailing, state="unknown")
    ids = list(unknown.values_list("pk", flat=True))
    ContactTouch.objects.filter(message__in=ids).delete()
    return Message.objects.filter(pk__in=ids).update(
        state="ready", due_at=timezone.now(), reason="", owner=None
    )
