from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib import days
from lib.paging import page_number
from lib.periods import PeriodUnreadableError, month_of, period_of
from metrics.catalogue import METRICS
from metrics.models import ClosedMonth
from metrics.question import REPORTED, Question
from metrics.revenue.bridge import differences_of, late_rates, steps_of
from metrics.revenue.freezing import thawed


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def closed_month_detail(request: HttpRequest, month: str) -> HttpResponse:
    """What was reported, what is known now, and each line that makes the difference."""
    try:
        period = period_of(month)
    except PeriodUnreadableError:
        raise Http404 from None
    closed = get_object_or_404(ClosedMonth.objects.select_related("closed_by"), month=period.start)
    user: Any = request.user
    context = {
        "closed": closed,
        "steps": steps_of(closed),
        "page": differences_of(closed, user, page_number(request.GET.get("page", ""))),
        "rates": late_rates(closed),
        "figures": _figures(closed),
        "reported": Question(period=month_of(closed.month), today=days.today(), view=REPORTED),
        "restated": Question(period=month_of(closed.month), today=days.today()),
        "sees_all": user.sees_every_customer,
    }
    return render(request, "metrics/closed_month_detail.html", context)


def _figures(closed: ClosedMonth) -> list[Any]:
    """Each figure as it was reported. What it would be today is worked out where it is opened."""
    known = [(m, closed.figures[m.code]) for m in METRICS if m.code in closed.figures]
    return [(metric, thawed(kept), kept["version"]) for metric, kept in known]
