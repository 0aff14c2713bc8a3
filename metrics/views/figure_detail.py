from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib.paging import page_number
from metrics.catalogue import BY_CODE
from metrics.forms import asked_by
from metrics.once import page_of_figures
from metrics.templatetags.numbers import places_of

NOT_OPENED = {"too_long_ago", "too_many_families", "not_by_parent"}


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def figure_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One figure with all that makes it, and the rows it is counted from."""
    metric = BY_CODE.get(code)
    if metric is None:
        raise Http404
    asked = asked_by(request, rolls_up=metric.rolls_up)
    figure = metric.answer(asked.question)
    is_known = figure.reason not in NOT_OPENED
    rows = metric.rows(asked.question) if metric.rows and is_known else None
    number = page_number(request.GET.get("page", ""))
    user: Any = request.user
    page, totals = None, None
    if rows:
        # What the rows come to and how they spread is read in one pass.
        ranged = metric.is_told_by_customers(figure)
        page, totals = rows.opened(user, number, with_error=ranged)
        figure = metric.told_by_customers(figure, totals.error)
    shown = [*page.rows, totals] if page and totals else []
    context = {
        "metric": metric,
        "asked": asked,
        "figure": figure,
        "totals": totals,
        "kind": rows.kind if rows else "",
        "page": page,
        "above_places": places_of(row.numerator for row in shown),
        "below_places": places_of(row.denominator for row in shown),
        "sees_all": request.user.sees_every_customer,
    }
    return render(request, "metrics/figure_detail.html", context)
