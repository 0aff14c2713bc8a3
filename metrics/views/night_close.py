from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from lib import days
from lib.periods import PeriodUnreadableError, period_of
from metrics import jobs, nights
from metrics.revenue.closing import open_nights_of


@login_required
@permission_needed(Permission.CLOSE_DAYS)
@require_POST
def night_close(request: HttpRequest) -> HttpResponse:
    """Close now what is due, or the days of a month. Rows decide: two clicks start one night."""
    if asked := request.POST.get("month"):
        return _days_of(request, asked)
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


def _days_of(request: HttpRequest, asked: str) -> HttpResponse:
    """The days that keep a month from being closed; each is a night of its own."""
    try:
        period = period_of(asked)
    except PeriodUnreadableError:
        raise Http404 from None
    if period.kind != "month" or period.end > days.today():
        raise Http404
    waiting = open_nights_of(period.start)
    for day in waiting:
        nights.open_night(day)
    said = ngettext("%(n)s day is being closed.", "%(n)s days are being closed.", len(waiting)) % {
        "n": len(waiting)
    }
    messages.success(request, said)
    jobs.resume_nights.delay_on_commit()  # type: ignore[attr-defined]  # Celery's Django task
    return redirect("metrics:night_list")
