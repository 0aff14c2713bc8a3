"""What every call of every SDK is brought to, before its customer is known."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.ingest.reading import TOO_DEEP

TRACK, PAGE, SCREEN = "track", "page", "screen"
IDENTIFY, GROUP, ALIAS = "identify", "group", "alias"
KINDS = frozenset({TRACK, PAGE, SCREEN, IDENTIFY, GROUP, ALIAS})

MAX_TEXT = 200
MAX_INTEGER = 2**31 - 1
OLDEST, NEWEST = timedelta(days=400), timedelta(days=1)
EARLIEST_IN_HISTORY = datetime(2000, 1, 1, tzinfo=UTC)
# Clocks are corrected when they are clearly wrong, not when the network was slow.
SMALLEST_SKEW, LARGEST_SKEW = timedelta(seconds=60), timedelta(days=30)

REASONS = {
    "not_an_object": _("An event must be a JSON object."),
    "too_large": _("The event is larger than one event may be."),
    "not_text": _("The event holds characters that no text can hold."),
    "too_deep": _("The event is nested too deeply."),
    "unknown_type": _("The type must be track, page, screen, identify, group or alias."),
    "event_missing": _("A track call needs the name of its event."),
    "group_missing": _("A group call needs a groupId."),
    "person_missing": _("An event needs a userId or an anonymousId."),
    "bad_id": _("An id must be a text or a whole number."),
    "too_long": _("Ids and names have at most 200 characters."),
    "bad_time": _("The timestamp is not an ISO 8601 date and time."),
    "outside_time_window": _("The timestamp is too old or lies in the future."),
    "bad_properties": _("Properties and traits must be JSON objects."),
    "too_many_names": _(
        "The source uses too many different event names. Put what varies into properties."
    ),
    "refused_by_database": _("The database could not store the event."),
}
_TOO_DEEP_MARK = json.dumps(TOO_DEEP)
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Refusal(Exception):
    """One event cannot be stored. `code` is a key of REASONS."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Message(NamedTuple):
    """One call in its normal form; moments carry their zone."""

    message_id: str
    kind: str
    name: str
    person: str
    account: str  # as the sender names it; empty when it does not
    names_a_group: bool  # whether the account may become a customer of its own accord
    client_ts: datetime
    occurred_at: datetime
    properties: dict[str, Any]
    traits: dict[str, Any]
    previous_person: str = ""
    # Traits that only fill what is empty.
    traits_once: dict[str, Any] = {}  # never changed


@dataclass
class Envelope:
    """What a request says about all of its items."""

    received_at: datetime
    kind: str = ""
    sent_at: Any = None
    context: dict[str, Any] | None = None
    is_history: bool = False
    max_event_bytes: int = field(default_factory=lambda: settings.EVENT_MAX_BYTES)


def screen(item: Any, max_bytes: int) -> None:
    """Refuse what no column can hold, before anything looks inside."""
    if not isinstance(item, dict):
        raise Refusal("not_an_object")
    try:
        text = orjson.dumps(item)
    except TypeError as error:
        is_deep = "Recursion" in str(error) or _TOO_DEEP_MARK in json.dumps(item)
        raise Refusal("too_deep" if is_deep else "not_text") from None
    if len(text) > max_bytes:
        raise Refusal("too_large")
    if b"\\u0000" in text and _ESCAPED_NUL.search(text):
        raise Refusal("not_text")


def text_of(value: Any) -> str:
    """An id or a name as text: outer spaces do not count, leading zeros do (" 42" is 42)."""
    if type(value) is str:
        text = value.strip()
    elif value is None:
        return ""
    elif type(value) is int:
        text = str(value)
    elif type(value) is float and value.is_integer():
        text = str(int(value))
    else:
        raise Refusal("bad_id")
    if len(text) > MAX_TEXT:
        raise Refusal("too_long")
    return text


def object_of(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refusal("bad_properties")
    return value


def moment_of(value: Any) -> datetime | None:
    """None when there is none; without a zone it is UTC."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Refusal("bad_time")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal("bad_time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def corrected(client_ts: datetime, sent_at: Any, envelope: Envelope) -> datetime:
    """When it happened by our clock: the client's time, set right by how wrong its clock was.

    Raises Refusal when that lies outside the window in which events are believed.
    """
    occurred_at = client_ts
    received_at = envelope.received_at
    if sent_at is not None:
        skew = received_at - sent_at
        if SMALLEST_SKEW < abs(skew) < LARGEST_SKEW:
            occurred_at = client_ts + skew
    oldest = EARLIEST_IN_HISTORY if envelope.is_history else received_at - OLDEST
    if not oldest <= occurred_at <= received_at + NEWEST:
        raise Refusal("outside_time_window", client_ts.isoformat())
    return occurred_at


def message_id_of(value: Any, client_ts: datetime | None, parts: list[Any]) -> str:
    """The sender's id; else one derived from what the message says.

    A message without id and without time cannot be told from the next one like it, so it is
    taken as new each time: rather counted twice than lost.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and value:
        if len(value) <= MAX_TEXT:
            return value
        return "sha256-" + hashlib.sha256(value.encode()).hexdigest()
    if client_ts is None:
        return f"none-{uuid.uuid4()}"
    text = orjson.dumps([client_ts, *parts], option=orjson.OPT_SORT_KEYS)
    return "derived-" + hashlib.sha256(text).hexdigest()


def whole_number(value: Any, default: int) -> int:
    """A count or seconds from a property; anything else stays only a property."""
    if type(value) is int and 0 <= value <= MAX_INTEGER:
        return value
    return default
