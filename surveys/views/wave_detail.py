"""One wave: who is asked before it leaves, how far it got afterwards."""

import smtplib
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.mail import EmailMultiAlternatives
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from lib.paging import page_number, page_of
from outreach.jobs import send_ready_messages
from outreach.mail_frames import FRAME_SOURCES, framed
from outreach.rendering import MissingValueError, one_line
from outreach.wording import reason_in_words
from surveys.inviting import merge_fields
from surveys.mails import sample_of
from surveys.models import Invitation, Wave
from surveys.querysets import SENT


def funnel_of(wave: Wave, request: HttpRequest) -> dict[str, int]:
    """How many got how far, of the customers the user sees."""
    rows = Invitation.objects.visible_to(request.user).filter(wave=wave)
    return rows.aggregate(
        asked=Count("pk", filter=Q(message__isnull=False) | SENT),
        sent=Count("pk", filter=SENT),
        answered=Count("pk", filter=Q(response__isnull=False)),
        unknown=Count("pk", filter=Q(message__state="unknown")),
        failed=Count("pk", filter=Q(message__state__in=["failed", "suppressed", "cancelled"])),
        left_out=Count("pk", filter=Q(state="skipped")),
    )


@login_required
@permission_needed(Permission.VIEW_SURVEYS)
@require_safe
def wave_detail(request: HttpRequest, pk: int) -> HttpResponse:
    wave = get_object_or_404(
        Wave.objects.visible_to(request.user).select_related("survey", "version", "mailing"), pk=pk
    )
    funnel = funnel_of(wave, request)
    state = wave.mailing.state if wave.mailing else ""
    context: dict[str, Any] = {
        "wave": wave,
        "state": state,
        "funnel": funnel,
        "is_closed": wave.closes_at <= timezone.now(),
        "is_moving": wave.planned_at is None or (state == "running" and funnel["sent"]
                                                 + funnel["unknown"] + funnel["failed"]
                                                 < funnel["asked"]),
        "may_send": request.user.may(Permission.SEND_SURVEYS),
    }  # fmt: skip
    if request.htmx:
        part = render(request, "surveys/_wave_progress.html", context)
        if not context["is_moving"]:
            # The audience is there, or all mails have left: the list beside has something to show.
            part.headers["HX-Refresh"] = "true"
        return part
    rows = Invitation.objects.visible_to(request.user).filter(wave=wave)
    rows = rows.select_related("contact", "customer", "message", "response").order_by("pk")
    page = page_of(rows, page_number(request.GET.get("page", "")))
    context |= {
        "page": page,
        "rows": [
            (row, reason_in_words(row.skip_reason or _delivery_reason(row))) for row in page.rows
        ],
        "left_out": [(reason_in_words(code), n) for code, n in wave.skipped.items()],
    }
    return render(request, "surveys/wave_detail.html", context)


def _delivery_reason(row: Invitation) -> str:
    return row.message.reason if row.message else "returned" if row.is_returned else ""


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def wave_start(request: HttpRequest, pk: int) -> HttpResponse:
    """The press that sends. A second press does nothing."""
    wave = get_object_or_404(
        Wave.objects.visible_to(request.user).select_related("mailing"),
        pk=pk,
        mailing__isnull=False,
    )
    if wave.planned_at is None:
        messages.error(request, _("The audience is still being prepared. Please wait a moment."))
    elif wave.mailing and wave.mailing.state == "preparing" and wave.mailing.run():
        send_ready_messages.delay_on_commit()  # type: ignore[attr-defined]  # Celery's Django task
        messages.success(request, _("Sending has begun."))
    return redirect("surveys:wave_detail", wave.pk)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def wave_test(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail to oneself, in one's own language; its links lead to the preview."""
    wave = get_object_or_404(Wave.objects.visible_to(request.user).select_related("version"), pk=pk)
    link = f"{settings.PUBLIC_URL}/surveys/{wave.survey_id}/preview/"
    values = {"name": request.user.full_name, "company": wave.version.brand}
    language = wave.version.language_for(request.user.language)
    try:
        mail = sample_of(wave.version, language, values, link=link)
        message = EmailMultiAlternatives(
            one_line(mail["subject"]), mail["text"], to=[request.user.email]
        )
        message.attach_alternative(mail["html"], "text/html")
        message.send()
    except MissingValueError:
        messages.error(request, _("The mail needs your name, and your profile has none."))
    except (OSError, smtplib.SMTPException):
        messages.error(request, _("The mail server did not take the test. Please try again."))
    else:
        text = _("A test went to %(address)s.") % {"address": request.user.email}
        messages.success(request, text)
    return redirect("surveys:wave_detail", wave.pk)


def _invitation(request: HttpRequest, pk: int) -> tuple[Invitation, dict[str, str]]:
    """An invitation the user may see, and its mail as the contact gets it."""
    rows = Invitation.objects.visible_to(request.user).select_related(
        "wave__version__survey", "contact__customer"
    )
    invitation = get_object_or_404(rows, pk=pk)
    version = invitation.wave.version
    values = merge_fields(invitation.contact, version.brand)
    try:
        mail = sample_of(version, invitation.language, values, link="https://example.com/")
    except MissingValueError as error:
        raise Http404 from error
    return invitation, mail


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@csp_update(FRAME_SOURCES)
@require_safe
def invitation_preview(request: HttpRequest, pk: int) -> HttpResponse:
    invitation, mail = _invitation(request, pk)
    context = {"invitation": invitation, "mail": mail}
    return render(request, "surveys/invitation_preview.html", context)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_safe
def invitation_mail(request: HttpRequest, pk: int) -> HttpResponse:
    return framed(_invitation(request, pk)[1]["html"])
