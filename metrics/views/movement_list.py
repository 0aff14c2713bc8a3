from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib import days
from lib.paging import page_number, page_of
from metrics.models import RevenueMovement
from metrics.views.overview import month_asked


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def movement_list(request: HttpRequest) -> HttpResponse:
    """The rows behind the waterfall: every movement of a month, or those of one kind."""
    month = month_asked(request.GET.get("month", ""), days.today())
    kind = request.GET.get("kind", "")
    booked = RevenueMovement.objects.visible_to(request.user).filter(
        day__gte=month, day__lt=days.add_months(month, 1)
    )
    if kind in RevenueMovement.Kind.values:
        booked = booked.filter(kind=kind)
    page = page_of(
        booked.select_related("customer").order_by("-day", "-pk"),
        page_number(request.GET.get("page", "")),
    )
    for movement in page.rows:
        movement.monthly, movement.mrr = movement.amount / 12, movement.balance / 12
    context = {
        "month": month,
        "kind": kind,
        "kinds": RevenueMovement.Kind.choices,
        "page": page,
        "sees_all": request.user.sees_every_customer,
    }
    return render(request, "metrics/movement_list.html", context)
