"""Nights and their chunks: who may work on what, and whose work counts.

There is one row for each day, whoever asks. Work is claimed in a short transaction of its own that
raises a token and counts the try; it is done in a second one that first locks the row and compares
the token. So while somebody writes, nobody can take over; who was overtaken writes nothing; and a
try is counted even when it kills its worker. After three tries a chunk is cut in two and each half
has one try, down to the one customer that cannot be scored: it is marked and the others go on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from customers.models import Customer
from metrics.models import Night, NightChunk, Snapshot

TRIES = 3
FAILURE_LENGTH = 500

CUT = """
    INSERT INTO metrics_nightchunk (night_id, first_id, last_id, state, token, attempts, report,
        failure)
    SELECT %(day)s, min(id), max(id), 'waiting', 0, 0, '{}', ''
    FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS n
        FROM customers_customer) numbered
    GROUP BY n
    ON CONFLICT (night_id, first_id) DO NOTHING
"""


class OvertakenError(Exception):
    """Somebody else holds the work by now: what we did must not count."""


@dataclass(frozen=True)
class Claim:
    """The right to work on a night or a chunk until somebody raises the token."""

    pk: Any
    token: int


def open_nights(newest: date) -> list[date]:
    """Make the rows of the days that are due, oldest first, and return those not closed yet.

    A new installation begins with the newest day. Later, nights that were missed are made up, as
    many as `NIGHTS_MADE_UP`. Two clocks and two people who ask get the same rows.
    """
    first = newest - timedelta(days=settings.NIGHTS_MADE_UP - 1)
    known = Night.objects.filter(day__lte=newest).order_by("-day").values_list("day", flat=True)
    latest = known.first()
    start = newest if latest is None else max(first, min(latest + timedelta(days=1), newest))
    days = [start + timedelta(days=n) for n in range((newest - start).days + 1)]
    Night.objects.bulk_create([Night(day=day) for day in days], ignore_conflicts=True)
    return unfinished_nights(newest)


def open_night(day: date) -> bool:
    """False when the night has its row already."""
    return Night.objects.get_or_create(day=day)[1]


def newest_night() -> date | None:
    return Night.objects.order_by("-day").values_list("day", flat=True).first()


def newest_closed_day() -> date | None:
    closed = Night.objects.filter(state=Night.State.DONE).aggregate(newest=Max("day"))
    newest: date | None = closed["newest"]
    return newest


def unfinished_nights(newest: date) -> list[date]:
    unfinished = Night.objects.exclude(state=Night.State.DONE).filter(day__lte=newest)
    return list(unfinished.order_by("day").values_list("day", flat=True))


@transaction.atomic
def claim_night(day: date) -> Claim | None:
    """Take the beginning of a night, unless it is begun, done, or somebody is at it."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    waiting = Night.objects.filter(free, day=day, state=Night.State.WAITING)
    night = waiting.select_for_update(skip_locked=True).first()
    if night is None:
        return None
    now = timezone.now()
    Night.objects.filter(day=day).update(
        token=F("token") + 1,
        lease_until=now + timedelta(seconds=settings.NIGHT_LEASE_SECONDS),
        started_at=night.started_at or now,
    )
    return Claim(day, night.token + 1)


@contextmanager
def holding_night(claim: Claim) -> Iterator[Night]:
    """A transaction in which the night is ours; refused when it was taken over."""
    with transaction.atomic():
        night = Night.objects.select_for_update().get(day=claim.pk)
        if night.token != claim.token or night.state != Night.State.WAITING:
            raise OvertakenError(f"night {claim.pk}")
        yield night


def cut_chunks(day: date) -> int:
    """Cut all customers there are into ranges of ids. How many chunks were made."""
    with connection.cursor() as cursor:
        cursor.execute(CUT, {"day": day, "size": settings.NIGHT_CHUNK_SIZE})
        return int(cursor.rowcount)


def _claimable(day: date) -> Q:
    waiting = Q(state=NightChunk.State.WAITING)
    left_behind = Q(state=NightChunk.State.RUNNING, lease_until__lt=timezone.now())
    return Q(night_id=day) & (waiting | left_behind)


def claimable_count(day: date) -> int:
    """How many chunks wait or were left behind by a worker that died."""
    return NightChunk.objects.filter(_claimable(day)).count()


def claim_chunk(day: date) -> Claim | None:
    """Take a chunk that nobody works on; None when there is none.

    One that used up its tries without reporting (it killed its workers) is cut in two first.
    """
    while True:
        with transaction.atomic():
            free = NightChunk.objects.filter(_claimable(day)).order_by("first_id")
            chunk = free.select_for_update(skip_locked=True, of=("self",)).first()
            if chunk is None:
                return None
            if chunk.attempts >= TRIES:
                _give_up(chunk, chunk.failure or "The worker died.")
                continue
            NightChunk.objects.filter(pk=chunk.pk).update(
                state=NightChunk.State.RUNNING,
                token=F("token") + 1,
                attempts=F("attempts") + 1,
                lease_until=timezone.now() + timedelta(seconds=settings.NIGHT_LEASE_SECONDS),
            )
            return Claim(chunk.pk, chunk.token + 1)


@contextmanager
def holding_chunk(claim: Claim) -> Iterator[NightChunk]:
    """A transaction in which the chunk is ours, done at its end; refused when we were overtaken."""
    with transaction.atomic():
        chunk = NightChunk.objects.select_for_update(of=("self",)).get(pk=claim.pk)
        if not _still_holds(chunk, claim):
            raise OvertakenError(f"chunk {claim.pk}")
        yield chunk
        chunk.state = NightChunk.State.DONE
        chunk.save(update_fields=["state", "report"])


def _still_holds(chunk: NightChunk, claim: Claim) -> bool:
    return chunk.token == claim.token and chunk.state == NightChunk.State.RUNNING


@transaction.atomic
def report_failure(claim: Claim, reason: str) -> None:
    """A try failed: the chunk waits for the next, or is cut, or its customer is marked."""
    chunk = NightChunk.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if not _still_holds(chunk, claim):
        return
    chunk.failure = reason[:FAILURE_LENGTH]
    if chunk.attempts >= TRIES:
        _give_up(chunk, chunk.failure)
        return
    chunk.state = NightChunk.State.WAITING
    chunk.save(update_fields=["state", "failure"])


def _give_up(chunk: NightChunk, reason: str) -> None:
    """Cut a chunk in two with one try each, or mark the last customer and keep its old score."""
    inside = Customer.objects.filter(pk__range=(chunk.first_id, chunk.last_id)).order_by("pk")
    ids = list(inside.values_list("pk", flat=True))
    if len(ids) > 1:
        middle = ids[len(ids) // 2]
        NightChunk.objects.create(
            night_id=chunk.night_id, first_id=middle, last_id=chunk.last_id, attempts=TRIES - 1
        )
        chunk.last_id = middle - 1
        chunk.attempts = TRIES - 1
        chunk.state = NightChunk.State.WAITING
        chunk.token += 1
    else:
        Snapshot.objects.filter(customer_id__in=ids).update(stale_since=chunk.night_id)
        chunk.state = NightChunk.State.FAILED
        chunk.failure = reason
    chunk.save(update_fields=["last_id", "attempts", "state", "token", "failure"])


def is_begun(day: date) -> bool:
    return Night.objects.filter(day=day).exclude(state=Night.State.WAITING).exists()


def is_ready_to_finish(day: date) -> bool:
    """Begun, not done, and no chunk is left."""
    chunks = NightChunk.objects.filter(night_id=day)
    open_states = [NightChunk.State.WAITING, NightChunk.State.RUNNING]
    return (
        Night.objects.filter(day=day, state=Night.State.RUNNING).exists()
        and not chunks.filter(state__in=open_states).exists()
    )


@contextmanager
def finishing(day: date) -> Iterator[Night | None]:
    """A transaction in which we alone finish the night; None when it is not ready or is done."""
    with transaction.atomic():
        night = Night.objects.select_for_update(skip_locked=True).filter(day=day).first()
        if night is None or not is_ready_to_finish(day):
            yield None
            return
        yield night
        night.state, night.stage = Night.State.DONE, ""
        night.finished_at = timezone.now()
        night.save(update_fields=["state", "stage", "finished_at", "report"])
