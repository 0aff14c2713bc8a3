"""Visits of mailed links: merged in Redis, written as one update per message now and then.

A hint for people, never an answer: scanners visit too. Losing some is harmless.
"""

import time
from datetime import UTC, datetime

import redis
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Least

from outreach.counters import ask
from outreach.models import Message

WAITING = "hits"
KEPT_SECONDS = 3600
FLUSHED_AT_ONCE = 2000
# Redis does all of a visit at one word: five cost the page more than its template.
NOTE = f"""
redis.call("HINCRBY", KEYS[1], "count", 1)
redis.call("HSETNX", KEYS[1], "first", ARGV[1])
redis.call("HSET", KEYS[1], "last", ARGV[1])
if ARGV[2] ~= "" then redis.call("HSET", KEYS[1], ARGV[2], "1") end
redis.call("EXPIRE", KEYS[1], {KEPT_SECONDS})
redis.call("SADD", KEYS[2], ARGV[3])
"""


def note(message_id: int, score: int | None) -> None:
    """A page was shown. One round trip, no write to PostgreSQL."""
    touched = "" if score is None else f"s{score}"
    said = (f"hit:{message_id}", WAITING, str(time.time()), touched, str(message_id))
    ask(lambda server: server.eval(NOTE, 2, *said), otherwise=None)


def scores_touched(message: Message) -> int:
    """Bit mask of the scores its links were opened with, flushed or not."""
    none: list[bytes] = []
    waiting = ask(lambda server: server.hkeys(f"hit:{message.pk}"), otherwise=none)
    return message.hit_scores | _mask(set(waiting))


def _mask(fields: set[bytes]) -> int:
    touched = [score for score in range(11) if f"s{score}".encode() in fields]
    return sum(1 << score for score in touched)


def flush() -> int:
    """Write what waits. How many messages were touched."""
    none: list[bytes] = []
    waiting = ask(lambda server: server.spop(WAITING, FLUSHED_AT_ONCE), otherwise=none)
    return sum(_flush_one(int(number)) for number in waiting or none)


def _flush_one(message_id: int) -> int:
    def take(server: redis.Redis) -> dict[bytes, bytes]:
        with server.pipeline() as pipe:
            pipe.hgetall(f"hit:{message_id}")
            pipe.delete(f"hit:{message_id}")
            return dict(pipe.execute()[0])

    nothing: dict[bytes, bytes] = {}
    hit = ask(take, otherwise=nothing)
    if not hit:
        return 0
    first, last = (datetime.fromtimestamp(float(hit[name]), UTC) for name in (b"first", b"last"))
    changed: int = Message.objects.filter(pk=message_id).update(
        hit_count=F("hit_count") + int(hit[b"count"]),
        hit_scores=F("hit_scores").bitor(_mask(set(hit))),
        first_hit_at=Least(Coalesce("first_hit_at", first), first),
        last_hit_at=Greatest(Coalesce("last_hit_at", last), last),
    )
    return changed
