"""How far a mailing got, and the buttons that pause, go on, stop and repeat."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from outreach.jobs import send_ready_messages
from outreach.models import Mailing, Message
from outreach.sending import retry_unknown
from outreach.wording import reason_in_words

TROUBLED = ("unknown", "failed", "suppressed")
SHOWN = 50


def mailing_context(mailing: Mailing) -> dict[str, object]:
    counts = mailing.messages.counts_by_state()
    total = sum(counts.values())
    waiting = sum(counts.get(state, 0) for state in ("ready", "claimed", "handed"))
    return {
        "mailing": mailing,
        "pause_reason": reason_in_words(mailing.pause_reason),
        "states": [(label, counts.get(state, 0)) for state, label in Message.State.choices],
        "total": total,
        "finished": total - waiting,
        "unknown": counts.get("unknown", 0),
        "waiting": waiting,
        "is_moving": mailing.state == Mailing.State.RUNNING and waiting > 0,
    }


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_safe
def mailing_detail(request: HttpRequest, pk: int) -> HttpResponse:
    mailing = get_object_or_404(
        Mailing.objects.visible_to(request.user).select_related("topic", "created_by"), pk=pk
    )
    context = mailing_context(mailing)
    if request.htmx:
        return render(request, "outreach/_mailing_progress.html", context)
    troubled = (
        Message.objects.visible_to(request.user)
        .filter(mailing=mailing, state__in=TROUBLED)
        .select_related("contact__customer")
    )
    context["troubled"] = [(row, reason_in_words(row.reason)) for row in troubled[:SHOWN]]
    return render(request, "outreach/mailing_detail.html", context)


def _mailing(request: HttpRequest, pk: int) -> Mailing:
    return get_object_or_404(Mailing.objects.visible_to(request.user), pk=pk)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def mailing_pause(request: HttpRequest, pk: int) -> HttpResponse:
    if _mailing(request, pk).pause("by_hand"):
        messages.success(request, _("Paused. Not one more mail leaves until you go on."))
    return redirect("outreach:mailing_detail", pk)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def mailing_resume(request: HttpRequest, pk: int) -> HttpResponse:
    mailing = _mailing(request, pk)
    if mailing.state == Mailing.State.PAUSED and mailing.run():
        send_ready_messages.delay_on_commit()  # type: ignore[attr-defined]  # Celery's Django task
        messages.success(request, _("Going on."))
    return redirect("outreach:mailing_detail", pk)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def mailing_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    if _mailing(request, pk).cancel():
        messages.success(request, _("Stopped for good. What had left before has left."))
    return redirect("outreach:mailing_detail", pk)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def mailing_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Only after the warning beside the button: some of them may arrive twice."""
    count = retry_unknown(_mailing(request, pk))
    if count:
        send_ready_messages.delay_on_commit()  # type: ignore[attr-defined]  # Celery's Django task
    text = ngettext("%(n)s mail is sent again.", "%(n)s mails are sent again.", count)
    messages.success(request, text % {"n": count})
    return redirect("outreach:mailing_detail", pk)
