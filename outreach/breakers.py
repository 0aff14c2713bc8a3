"""A mailing that meets nothing but trouble pauses itself before it does harm."""

from django.db.models import F

from outreach.models import Mailing, Message
from outreach.postbox import Outcome

FAILURES_IN_ROW = 20
LOOK_BACK = 500
DEAD_MAILBOX_SHARE = 0.02


def note_success(mailing: Mailing) -> None:
    if mailing.failures_in_row:
        Mailing.objects.filter(pk=mailing.pk).update(failures_in_row=0)
        mailing.failures_in_row = 0


def note_failure(mailing: Mailing, outcome: Outcome) -> None:
    """Pause after 20 failures in a row, or when 2 % of the last 500 mailboxes do not exist."""
    Mailing.objects.filter(pk=mailing.pk).update(failures_in_row=F("failures_in_row") + 1)
    mailing.failures_in_row = Mailing.objects.values_list("failures_in_row", flat=True).get(
        pk=mailing.pk
    )
    if mailing.failures_in_row >= FAILURES_IN_ROW:
        mailing.pause("failures_in_row")
    if outcome.is_dead_mailbox and _dead_mailboxes(mailing) + 1 >= LOOK_BACK * DEAD_MAILBOX_SHARE:
        mailing.pause("dead_mailboxes")


def _dead_mailboxes(mailing: Mailing) -> int:
    latest = (
        Message.objects.filter(mailing=mailing, handed_at__isnull=False)
        .order_by("-handed_at")
        .values_list("reason", flat=True)[:LOOK_BACK]
    )
    return list(latest).count("no_such_mailbox")
