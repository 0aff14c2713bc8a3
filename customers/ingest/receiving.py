"""The story of one request: every event gets a verdict, and nothing is said before it is true.

Stored, sent twice, waiting for a customer, or in quarantine with a reason: all of it is written
in one transaction, and the caller answers after its commit.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from accounts.models import ApiKey
from customers.ingest.messages import (
    ALIAS,
    GROUP,
    IDENTIFY,
    MAX_TEXT,
    TRACK,
    Envelope,
    Message,
    Refusal,
    screen,
    whole_number,
)
from customers.ingest.names import names_beyond_limit
from customers.ingest.people import apply_calls
from customers.ingest.posthog import message_from_posthog
from customers.ingest.resolving import resolve
from customers.ingest.segment import message_from_segment
from customers.ingest.storing import NewEvent, event_id_of, store_events
from customers.models import QuarantinedEvent, UnresolvedEvent
from lib.days import local_day

Reader = Callable[[dict[str, Any], Envelope], Message | None]
READERS: dict[str, Reader] = {"segment": message_from_segment, "posthog": message_from_posthog}

STORED, DUPLICATE, WAITING = "stored", "duplicate", "waiting"
# Sent twice under one id, and not the same: the first one stays.
DIFFERS = "duplicate_differs"
# Nothing more is to be done about them.
PLACED = frozenset({STORED, DUPLICATE, DIFFERS, WAITING})
QUARANTINED, DROPPED, IGNORED = "quarantined", "dropped", "ignored"

# What says something about people and companies, beside being an event.
CALLS = frozenset({IDENTIFY, GROUP, ALIAS})
SLOTS = 8
COUNT = """
INSERT INTO customers_sourceday AS counted
    (source_id, day, slot, stored, duplicate, differing, waiting, quarantined, dropped, last_at)
VALUES (%(source)s, %(day)s, %(slot)s, %(stored)s, %(duplicate)s, %(differing)s, %(waiting)s,
    %(quarantined)s, %(dropped)s, %(now)s)
ON CONFLICT (source_id, day, slot) DO UPDATE SET
    stored = counted.stored + excluded.stored,
    duplicate = counted.duplicate + excluded.duplicate,
    differing = counted.differing + excluded.differing,
    waiting = counted.waiting + excluded.waiting,
    quarantined = counted.quarantined + excluded.quarantined,
    dropped = counted.dropped + excluded.dropped,
    last_at = greatest(counted.last_at, excluded.last_at)
"""
QUARANTINE_KEEPS = 65_536


@dataclass
class Receipt:
    """One verdict for each event, in the order they came, and what is wrong with the bad ones."""

    verdicts: list[str]
    message_ids: dict[int, str] = field(default_factory=dict)
    refusals: dict[int, Refusal] = field(default_factory=dict)

    def refuse(self, index: int, refusal: Refusal) -> None:
        self.verdicts[index] = QUARANTINED
        self.refusals[index] = refusal


def take_in(source: ApiKey, shape: str, items: Sequence[Any], envelope: Envelope) -> Receipt:
    """Store what can be stored, keep the rest with its reason, and count both."""
    receipt = Receipt(verdicts=[DROPPED] * len(items))
    with transaction.atomic():
        if source.is_usable(envelope.received_at):
            messages = _read(shape, items, envelope, receipt)
            _refuse_names(source, messages, receipt)
            places = place(source, list(messages.values()), envelope.received_at)
            _note(receipt, messages, places)
            _quarantine(source, shape, items, envelope, receipt)
        count(source, receipt.verdicts, envelope.received_at)
    return receipt


def _read(
    shape: str, items: Sequence[Any], envelope: Envelope, receipt: Receipt
) -> dict[int, Message]:
    """The readable messages by their place in the request."""
    read, messages = READERS[shape], {}
    for index, item in enumerate(items):
        try:
            screen(item, envelope.max_event_bytes)
            message = read(item, envelope)
        except Refusal as refusal:
            receipt.refuse(index, refusal)
            _note_id(receipt, index, item)
            continue
        if message is None:
            receipt.verdicts[index] = IGNORED
        else:
            messages[index] = message
    return messages


def _note_id(receipt: Receipt, index: int, item: Any) -> None:
    """Of a message that could not be read, so that its sender finds it again."""
    found = (item.get("messageId") or item.get("uuid")) if isinstance(item, dict) else None
    if isinstance(found, str) and found.isprintable() and len(found) <= MAX_TEXT:
        receipt.message_ids[index] = found


def _refuse_names(source: ApiKey, messages: dict[int, Message], receipt: Receipt) -> None:
    names = {message.name for message in messages.values() if message.kind == TRACK}
    beyond = names_beyond_limit(source, names) if names else set()
    if beyond:
        for index, message in list(messages.items()):
            if message.kind == TRACK and message.name in beyond:
                receipt.message_ids[index] = message.message_id
                receipt.refuse(index, Refusal("too_many_names", message.name))
                del messages[index]


def place(source: ApiKey, messages: list[Message], received_at: datetime) -> list[str]:
    """Store the messages whose customer is known, let the others wait. A verdict for each.

    A verdict that is none of our words is PostgreSQL's reason to refuse the event.
    """
    customers = resolve(source, messages)
    source_id = source.pk
    ids = [event_id_of(source_id, message.message_id) for message in messages]
    rows = [
        _row(source_id, message, customer, event_id, received_at)
        for message, customer, event_id in zip(messages, customers, ids, strict=True)
        if customer is not None
    ]
    done = store_events(rows, now=received_at)
    verdicts = []
    seen = set(done.duplicates)
    for event_id, customer in zip(ids, customers, strict=True):
        again = DIFFERS if event_id in done.differing else DUPLICATE
        verdict = done.refused.get(event_id) or (again if event_id in seen else STORED)
        verdicts.append(verdict if customer is not None else WAITING)
        seen.add(event_id)
    if source.kind != ApiKey.Kind.BROWSER:
        _apply_new_calls(messages, customers, verdicts)
    _let_wait(source, messages, verdicts, received_at)
    return verdicts


def _row(
    source_id: int, message: Message, customer_id: int, event_id: str, received_at: datetime
) -> NewEvent:
    properties = message.properties
    kept = properties | message.traits if message.traits else properties
    return NewEvent(
        customer_id,
        message.client_ts,
        event_id,
        source_id,
        message.message_id,
        message.person,
        message.kind,
        message.name,
        whole_number(properties.get("$quantity"), 1),
        whole_number(properties.get("$seconds"), 0),
        message.occurred_at,
        received_at,
        # In order of the keys, so that the same is the same whichever comes first.
        orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode(),
    )


def _apply_new_calls(
    messages: list[Message], customers: list[int | None], verdicts: list[str]
) -> None:
    """Only of events that were stored now: an old call that comes again must not win."""
    calls = [
        (message, customer)
        for message, customer, verdict in zip(messages, customers, verdicts, strict=True)
        if verdict == STORED
        and customer is not None
        and message.kind in ("identify", "group", "alias")
    ]
    if calls:
        apply_calls(calls)


def _let_wait(
    source: ApiKey, messages: list[Message], verdicts: list[str], received_at: datetime
) -> None:
    waiting = [
        UnresolvedEvent(
            source=source,
            message_id=message.message_id,
            account=message.account,
            body=orjson.loads(orjson.dumps(message._asdict())),
            received_at=received_at,
        )
        for message, verdict in zip(messages, verdicts, strict=True)
        if verdict == WAITING
    ]
    if waiting:
        UnresolvedEvent.objects.bulk_create(waiting, ignore_conflicts=True)


def _note(receipt: Receipt, messages: dict[int, Message], places: list[str]) -> None:
    for (index, message), verdict in zip(messages.items(), places, strict=True):
        receipt.message_ids[index] = message.message_id
        if verdict in PLACED:
            receipt.verdicts[index] = verdict
        else:
            receipt.refuse(index, Refusal("refused_by_database", verdict))


def _quarantine(
    source: ApiKey, shape: str, items: Sequence[Any], envelope: Envelope, receipt: Receipt
) -> None:
    """Keep what came, as it came, so that it can be looked at and tried again."""
    if not receipt.refusals:
        return
    QuarantinedEvent.objects.bulk_create(
        [
            QuarantinedEvent(
                source=source,
                message_id=receipt.message_ids.get(index, ""),
                code=refusal.code,
                detail=refusal.detail[:300],
                body=_body(shape, items[index], envelope),
                received_at=envelope.received_at,
            )
            for index, refusal in receipt.refusals.items()
        ]
    )


def _body(shape: str, item: Any, envelope: Envelope) -> str:
    """ASCII JSON, in which even half letters survive."""
    kept = {
        "shape": shape,
        "kind": envelope.kind,
        "sentAt": envelope.sent_at,
        "context": envelope.context,
        "isHistory": envelope.is_history,
        "item": item,
    }
    return json.dumps(kept, default=str)[:QUARANTINE_KEEPS]


def count(source: ApiKey, verdicts: Sequence[str], now: datetime) -> None:
    """Add to what the source sent today. Last in its transaction, so that its lock is short."""
    counted = Counter(verdicts)
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {
                "source": source.pk,
                "day": local_day(now),
                "slot": random.randrange(SLOTS),  # noqa: S311  # spreads load, guards nothing
                "stored": counted[STORED],
                "duplicate": counted[DUPLICATE] + counted[DIFFERS],
                "differing": counted[DIFFERS],
                "waiting": counted[WAITING],
                "quarantined": counted[QUARANTINED],
                "dropped": counted[DROPPED],
                "now": now,
            },
        )
