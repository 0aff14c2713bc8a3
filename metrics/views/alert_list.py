from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from customers.querysets import OfCustomerQuerySet
from metrics.alerts.sentences import sentence
from metrics.models import Alert

PAGE = 50
STATES = ("open", "dismissed", "settled")


@dataclass(frozen=True)
class AlertLine:
    alert: Alert
    sentence: str


@login_required
@permission_needed(Permission.VIEW_CUSTOMERS)
@require_safe
def alert_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    alerts = _in_state(Alert.objects.visible_to(request.user), state)
    page = Paginator(alerts.select_related("customer", "task", "dismissed_by"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "state": state,
        "page": page,
        "lines": [AlertLine(alert, sentence(alert.kind, alert.details)) for alert in page],
        "may_work": request.user.may(Permission.WORK),
    }
    return render(request, "metrics/alert_list.html", context)


def _in_state(alerts: OfCustomerQuerySet, state: str) -> OfCustomerQuerySet:
    if state == "settled":
        return alerts.filter(settled_at__isnull=False)
    return alerts.filter(settled_at__isnull=True, dismissed_at__isnull=state == "open")
