"""What the embedded mail catcher kept, so that the whole story can be walked on one machine."""

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from outreach import mailbox as kept
from outreach.mail_frames import FRAME_SOURCES, framed

ROWS = 25


@login_required
@permission_needed(Permission.USE_ADMIN)
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    if not settings.MAILBOX_DIR:
        raise Http404
    page = Paginator(kept.names(), ROWS).get_page(request.GET.get("page"))
    mails = [mail for name in page if (mail := kept.read(name))]
    return render(request, "outreach/mailbox.html", {"page": page, "mails": mails})


def _kept_mail(name: str) -> kept.KeptMail:
    mail = kept.read(name) if settings.MAILBOX_DIR else None
    if mail is None:
        raise Http404
    return mail


@login_required
@permission_needed(Permission.USE_ADMIN)
@csp_update(FRAME_SOURCES)
@require_safe
def mailbox_mail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "outreach/mailbox_mail.html", {"mail": _kept_mail(name)})


@login_required
@permission_needed(Permission.USE_ADMIN)
@require_safe
def mailbox_html(request: HttpRequest, name: str) -> HttpResponse:
    return framed(_kept_mail(name).html)
