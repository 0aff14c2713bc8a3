from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from metrics import jobs, nights


@login_required
@permission_needed(Permission.CLOSE_DAYS)
@require_POST
def night_close(request: HttpRequest) -> HttpResponse:
    """Close now what is due. Rows decide, so two clicks start one night."""
    before = nights.newest_night()
    waiting = nights.open_nights(jobs.newest_due_day(timezone.now()))
    if not waiting:
        messages.info(request, _("Every day that is over is closed already."))
    elif nights.newest_night() == before:
        messages.info(request, _("The night is already running."))
    else:
        said = ngettext(
            "%(n)s day is being closed.", "%(n)s days are being closed.", len(waiting)
        ) % {"n": len(waiting)}
        messages.success(request, said)
    jobs.resume_nights.delay_on_commit()  # type: ignore[attr-defined]  # Celery's Django task
    return redirect("metrics:night_list")
