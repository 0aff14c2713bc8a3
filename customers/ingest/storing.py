"""Usage events are stored once, many at a time: COPY into a stage, then one INSERT.

Two nets catch what was sent twice. The first is a row in `SeenMessage` for each message of a
source: it holds whatever else a repeated message changed (its time, its customer). The second is
the key of the table itself, which still holds when the first has forgotten the message.
"""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import DataError, IntegrityError, connection, transaction
from psycopg import errors

from customers.models.usage_event import USAGE_EVENTS
from lib.days import day_start, local_day
from lib.partitions import make_partitions

# The source of events that come from files; keys of the API begin at 1.
IMPORTED = 0
# A day counts as over a little early, because a transaction may commit after midnight what it
# began before, when the night has already counted.
MIDNIGHT_MARGIN = timedelta(minutes=2)

COLUMNS = (
    "customer_id, client_ts, event_id, source_id, message_id, person, kind, name, quantity,"
    " seconds, occurred_at, received_at, properties"
)
STAGED = f"{COLUMNS}, digest"
# Emptied by every commit and made again when missing, so nothing is left on the connection.
# What an earlier call of the same transaction staged has gone to its place long since.
MAKE_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_usage_event
    (LIKE customers_usageevent INCLUDING DEFAULTS, digest integer) ON COMMIT DELETE ROWS;
DELETE FROM staged_usage_event
"""
FILL_STAGE = f"COPY staged_usage_event ({STAGED}) FROM STDIN"
# One output row for each event that was there before, and whether it said something else.
# Sorted, so that two requests which carry the same messages in another order cannot wait for each
# other.
MOVE_FROM_STAGE = f"""
WITH fresh AS (
    INSERT INTO customers_seenmessage (event_id, seen_on, digest)
    SELECT event_id, %(seen_on)s, digest FROM staged_usage_event ORDER BY event_id
    ON CONFLICT DO NOTHING
    RETURNING event_id
), kept AS (
    INSERT INTO customers_usageevent ({COLUMNS})
    SELECT {COLUMNS} FROM staged_usage_event JOIN fresh USING (event_id)
    ON CONFLICT DO NOTHING
    RETURNING event_id
)
SELECT replace(event_id::text, '-', ''), coalesce(seen.digest <> staged.digest, false)
FROM staged_usage_event staged LEFT JOIN customers_seenmessage seen USING (event_id)
WHERE event_id NOT IN (SELECT event_id FROM kept)
"""  # noqa: S608  # the columns are a constant
WITHDRAW = """
WITH keys AS (
    SELECT * FROM unnest(%(customers)s::bigint[], %(moments)s::timestamptz[], %(events)s::uuid[])
        AS key (customer_id, client_ts, event_id)
), forgotten AS (
    DELETE FROM customers_seenmessage WHERE event_id = ANY(%(events)s::uuid[])
)
DELETE FROM customers_usageevent event USING keys
WHERE event.customer_id = keys.customer_id AND event.client_ts = keys.client_ts
    AND event.event_id = keys.event_id
RETURNING event.occurred_at
"""
MARK_DAY = """
INSERT INTO customers_dirtyday (day, marks, marked_at) VALUES (%s, 1, now())
ON CONFLICT (day) DO UPDATE SET marks = customers_dirtyday.marks + 1, marked_at = now()
"""
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


class NewEvent(NamedTuple):
    """One event that is ready for the table. Moments carry their zone."""

    customer_id: int
    client_ts: datetime
    event_id: str  # 32 hexadecimal digits, from `event_id_of`
    source_id: int
    message_id: str
    person: str
    kind: str
    name: str
    quantity: int
    seconds: int
    occurred_at: datetime
    received_at: datetime
    properties: str = "{}"  # JSON text without line breaks


@dataclass
class Stored:
    """What became of the events of one call, by event id; the rest was stored."""

    count: int = 0
    duplicates: set[str] = field(default_factory=set)
    # Those among the duplicates that say something else than the first one did.
    differing: set[str] = field(default_factory=set)
    # Events that PostgreSQL refuses, with its reason. Nothing else is lost for their sake.
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Stored") -> None:
        self.count += other.count
        self.duplicates |= other.duplicates
        self.differing |= other.differing
        self.refused |= other.refused


def event_id_of(source_id: int, message_id: str) -> str:
    """A name-based UUID (version 5 layout) of a message within its source, as 32 digits."""
    digest = hashlib.sha1(
        b"enishi:%d:%s" % (source_id, message_id.encode()), usedforsecurity=False
    ).hexdigest()
    return f"{digest[:12]}5{digest[13:16]}a{digest[17:32]}"


def store_events(rows: Sequence[NewEvent], *, now: datetime) -> Stored:
    """Store what is new and tell what was not, all in the caller's transaction or an own one.

    Of two rows with one event id the first counts. Days that are over are marked for a recount.
    """
    first_of: dict[str, NewEvent] = {}
    differing = set()
    for row in rows:
        first = first_of.setdefault(row.event_id, row)
        if first is not row and digest_of(first) != digest_of(row):
            differing.add(row.event_id)
    done = _store_or_halve([first_of[key] for key in sorted(first_of)], now)
    done.differing |= differing
    return done


def _store_or_halve(rows: list[NewEvent], now: datetime) -> Stored:
    """One poison row must not take the others along: halve until it stands alone."""
    if not rows:
        return Stored()
    try:
        return _store(rows, now)
    except (DataError, IntegrityError, UnicodeEncodeError) as error:
        if isinstance(error.__cause__, errors.CheckViolation) and _make_room(rows):
            return _store_or_halve(rows, now)
        if len(rows) == 1:
            return Stored(refused={rows[0].event_id: str(error).splitlines()[0][:300]})
    middle = len(rows) // 2
    done = _store_or_halve(rows[:middle], now)
    done.add(_store_or_halve(rows[middle:], now))
    return done


def _store(rows: list[NewEvent], now: datetime) -> Stored:
    text = "".join(map(copy_line, rows))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MAKE_STAGE)
        with connection.wrap_database_errors, cursor.copy(FILL_STAGE) as copy:
            copy.write(text)
        cursor.execute(MOVE_FROM_STAGE, {"seen_on": now.date()})
        again = dict(cursor.fetchall())
        duplicates = set(again)
        mark_days(_days_that_are_over(rows, duplicates, now))
    differing = {event_id for event_id, differs in again.items() if differs}
    return Stored(len(rows) - len(duplicates), duplicates, differing)


def copy_line(event: NewEvent) -> str:
    """One line of COPY text. Written out by hand, because it is where most of the time goes."""
    client_ts = event.client_ts.isoformat()
    is_uncorrected = event.occurred_at is event.client_ts
    occurred_at = client_ts if is_uncorrected else event.occurred_at.isoformat()
    message_id, person, name = event.message_id, event.person, event.name
    if not _is_plain(message_id + person + name):
        message_id, person, name = map(_escaped, (message_id, person, name))
    properties = event.properties.replace("\\", "\\\\")
    return (
        f"{event.customer_id}\t{client_ts}\t{event.event_id}\t{event.source_id}"
        f"\t{message_id}\t{person}\t{event.kind}"
        f"\t{name}\t{event.quantity}\t{event.seconds}\t{occurred_at}"
        f"\t{_as_text(event.received_at)}\t{properties}\t{digest_of(event)}\n"
    )


@lru_cache(maxsize=64)
def _as_text(moment: datetime) -> str:
    """Of the few moments that many events share."""
    return moment.isoformat()


def digest_of(event: NewEvent) -> int:
    """What happened, to whom and how; without times, which a second delivery may change."""
    said = (
        f"{event.kind}\t{event.name}\t{event.person}\t{event.quantity}\t{event.seconds}"
        f"\t{event.properties}"
    )
    return zlib.crc32(said.encode(errors="surrogatepass")) - 0x80000000


def _is_plain(text: str) -> bool:
    return text.isprintable() and "\\" not in text


def _escaped(text: str) -> str:
    return text.translate(_COPY_ESCAPES)


def _make_room(rows: list[NewEvent]) -> bool:
    """Make the partitions these rows need. False when there was nothing to make."""
    days = {event.client_ts.date() for event in rows}
    firsts = {USAGE_EVENTS.first_day_of(day + timedelta(days=n)) for day in days for n in (-1, 1)}
    made = [make_partitions(USAGE_EVENTS, first, first + timedelta(days=1)) for first in firsts]
    return any(made)


def _days_that_are_over(rows: list[NewEvent], without: set[str], now: datetime) -> set[date]:
    # In the zone most events come in: moments of two zones take ten times as long to compare.
    start = day_start(local_day(now + MIDNIGHT_MARGIN)).astimezone(UTC)
    return {
        local_day(event.occurred_at)
        for event in rows
        if event.occurred_at < start and event.event_id not in without
    }


def mark_days(days: Iterable[date]) -> None:
    """Ask for a recount of these days. In order, so that two writers cannot block each other."""
    with connection.cursor() as cursor:
        for day in sorted(days):
            cursor.execute(MARK_DAY, [day])


def withdraw_events(keys: Iterable[tuple[int, datetime, str]]) -> int:
    """Take events out again, by customer, client time and event id. How many there were.

    Their messages are forgotten too, so the same file can be imported again.
    """
    wanted = list(keys)
    customers, moments, events = zip(*wanted, strict=True) if wanted else ((), (), ())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            WITHDRAW,
            {"customers": list(customers), "moments": list(moments), "events": list(events)},
        )
        moments_left = [moment for (moment,) in cursor.fetchall()]
        mark_days({local_day(moment) for moment in moments_left})
    return len(moments_left)
