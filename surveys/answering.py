"""A pressed button becomes a response, once. A second press of the same form changes nothing.

The invitation is locked first, so a hundred presses at once stand in a queue; the constraints
`invitation` (one response) and `form_nonce` (one revision) are the last guard.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.utils import timezone

from outreach import hits
from outreach.models import Message
from surveys.closing_the_loop import close_the_loop
from surveys.models import Invitation, Response, ResponseRevision
from surveys.nonces import Nonce

EDIT_DAYS = 7
MAX_COMMENT = 5000
# A machine presses at once, says nothing, and had followed several of the score links before.
FASTEST_PERSON_SECONDS = 2
SCANNER_SCORES = 3
SCANNER_WINDOW = timedelta(seconds=120)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class Outcome(Enum):
    RECORDED = "recorded"
    REPEATED = "repeated"
    CHANGED = "changed"
    FIXED = "fixed"  # answered long ago; no longer to be changed
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True)
class Answer:
    """What the form said. `comment` is cleaned; its length was checked by the page."""

    score: int
    comment: str
    language: str
    nonce: Nonce


def cleaned(comment: str) -> str:
    """Without characters that are not text; line ends are one kind; only spaces is nothing."""
    lines = comment.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", lines).strip()


def is_closed(invitation: Invitation, now: datetime) -> bool:
    return invitation.expires_at <= now or invitation.wave.survey.closed_at is not None


def may_change(response: Response, now: datetime) -> bool:
    """For a week after the first press."""
    return now < response.answered_at + timedelta(days=EDIT_DAYS)


@transaction.atomic
def record_answer(invitation_id: int, answer: Answer, *, now: datetime) -> Outcome:
    """Store the first press, or a change of it. The task for a detractor is opened here as well."""
    invitation = _locked(invitation_id)
    if invitation is None:
        return Outcome.GONE
    if is_closed(invitation, now):
        return Outcome.CLOSED
    response = Response.objects.filter(invitation=invitation).first()
    is_first = response is None
    if response is None:
        response = _first_response(invitation, answer, now)
    elif not may_change(response, now):
        return Outcome.FIXED
    _revision, is_new = ResponseRevision.objects.get_or_create(
        response=response,
        form_nonce=answer.nonce.value,
        defaults={"score": answer.score, "comment": answer.comment, "recorded_at": now},
    )
    if not is_new:
        return Outcome.REPEATED
    if not is_first:
        _change(response, answer, now)
    close_the_loop(response)
    return Outcome.RECORDED if is_first else Outcome.CHANGED


def _locked(invitation_id: int) -> Invitation | None:
    alive = Invitation.objects.exclude(state__in=["revoked", "skipped"])
    return (
        alive.select_for_update(of=("self",))
        .select_related("wave__survey", "contact", "customer__csm", "message")
        .filter(pk=invitation_id)
        .first()
    )


def _first_response(invitation: Invitation, answer: Answer, now: datetime) -> Response:
    is_suspect = looks_like_a_machine(invitation.message, answer, now)
    Invitation.objects.filter(pk=invitation.pk).update(state=Invitation.State.ANSWERED)
    return Response.objects.create(
        invitation=invitation,
        survey=invitation.wave.survey,
        version_id=invitation.wave.version_id,
        contact=invitation.contact,
        customer=invitation.customer,
        score=answer.score,
        comment=answer.comment,
        language=answer.language,
        grade=Response.Grade.SUSPECT if is_suspect else Response.Grade.CONFIRMED,
        answered_at=now,
        changed_at=now,
    )


def _change(response: Response, answer: Answer, now: datetime) -> None:
    """A later visit also confirms what looked like a machine before."""
    response.score, response.comment = answer.score, answer.comment
    response.language, response.changed_at = answer.language, now
    response.grade = Response.Grade.CONFIRMED
    response.save(update_fields=["score", "comment", "language", "changed_at", "grade"])


def looks_like_a_machine(message: Message | None, answer: Answer, now: datetime) -> bool:
    """Only when several signs meet; one alone may well be a quick person."""
    if message is None or answer.comment or answer.nonce.age_seconds >= FASTEST_PERSON_SECONDS:
        return False
    handed_at = message.handed_at or message.created_at
    if now - handed_at > SCANNER_WINDOW:
        return False
    return hits.scores_touched(message).bit_count() >= SCANNER_SCORES


def accept(response: Response) -> bool:
    """A person says that it was no machine. False when that was settled before."""
    with transaction.atomic():
        suspect = Response.objects.filter(pk=response.pk, grade=Response.Grade.SUSPECT)
        if not suspect.update(grade=Response.Grade.CONFIRMED, changed_at=timezone.now()):
            return False
        response.refresh_from_db()
        close_the_loop(response)
        return True
