from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib import days
from lib.periods import PeriodUnreadableError, period_of
from metrics.models import ClosedMonth, MonthClosing
from metrics.revenue.closing import next_month_to_close
from metrics.revenue.ordered_closing import percent_done

SHOWN = 120


@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def closed_month_list(request: HttpRequest) -> HttpResponse:
    due = next_month_to_close(days.today())
    closings = [_under_way(closing) for closing in MonthClosing.objects.select_related("asked_by")]
    is_ordered = any(c["closing"].month == due and not c["closing"].obstacle for c in closings)
    context = {
        "months": ClosedMonth.objects.select_related("closed_by").order_by("-month")[:SHOWN],
        "may_close": request.user.may(Permission.CLOSE_MONTHS),
        "due": None if is_ordered else due,
        "closings": closings,
    }
    return render(request, "metrics/closed_month_list.html", context)


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def closed_month_progress(request: HttpRequest, month: str) -> HttpResponse:
    """How far a month's closing is, for the page that watches; at its end the page is read anew."""
    try:
        period = period_of(month)
    except PeriodUnreadableError:
        raise Http404 from None
    closing = MonthClosing.objects.select_related("asked_by").filter(month=period.start).first()
    if closing is None and not ClosedMonth.objects.filter(month=period.start).exists():
        raise Http404
    context = _under_way(closing) if closing else {}
    part = render(request, "metrics/_month_closing.html", context)
    if closing is None or closing.obstacle:
        part.headers["HX-Refresh"] = "true"
    return part


def _under_way(closing: MonthClosing) -> dict[str, Any]:
    return {"closing": closing, "percent": percent_done(closing.month)}
