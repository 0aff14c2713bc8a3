from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from lib import days
from lib.periods import PeriodUnreadableError, period_of
from metrics import jobs
from metrics.revenue.closing import MonthNotClosableError, month_in_words
from metrics.revenue.ordered_closing import order_closing


@login_required
@permission_needed(Permission.CLOSE_MONTHS)
@require_POST
def closed_month_close(request: HttpRequest, month: str) -> HttpResponse:
    """Have a month frozen that was looked at. Two clicks close it once."""
    try:
        period = period_of(month)
    except PeriodUnreadableError:
        raise Http404 from None
    if period.kind != "month":
        raise Http404
    user: Any = request.user
    try:
        is_ordered = order_closing(period.start, today=days.today(), by=user)
    except MonthNotClosableError as why:
        messages.error(request, str(why))
        return redirect("metrics:closed_month_list")
    if is_ordered:
        jobs.close_ordered_month.delay_on_commit(period.start.isoformat())  # type: ignore[attr-defined]  # Celery's Django task
    words = _("%(month)s is being closed. You may go on meanwhile.")
    messages.info(request, words % {"month": month_in_words(period.start)})
    return redirect("metrics:closed_month_list")
