from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib import days
from metrics.models import ClosedMonth
from metrics.revenue.closing import next_month_to_close

SHOWN = 120


@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def closed_month_list(request: HttpRequest) -> HttpResponse:
    context = {
        "months": ClosedMonth.objects.select_related("closed_by").order_by("-month")[:SHOWN],
        "may_close": request.user.may(Permission.CLOSE_MONTHS),
        "due": next_month_to_close(days.today()),
    }
    return render(request, "metrics/closed_month_list.html", context)
