from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib.days import add_months
from lib.paging import page_number
from lib.periods import PeriodUnreadableError, period_of
from metrics.forms import asked_by
from metrics.retention.cohorts import cell_rows, last_finished_month
from metrics.views.retention import MEASURES, VARIANTS, choice_of


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def cohort_cell(request: HttpRequest, month: str, age: int) -> HttpResponse:
    """The customers behind one cell of a triangle. A cell whose month is not over is not there."""
    try:
        period = period_of(month)
    except PeriodUnreadableError:
        raise Http404 from None
    asked, choice = asked_by(request, rolls_up=True), choice_of(request)
    if period.kind != "month" or age > 1200:
        raise Http404
    at = add_months(period.start, age)
    if at > last_finished_month(asked.question):
        raise Http404
    cohorts = (period.start, period.start)
    rows = cell_rows(asked.question, cohorts, age, choice.measure, choice.variant)
    number = page_number(request.GET.get("page", ""))
    context = {
        "asked": asked,
        "choice": choice,
        "cohort": period.start,
        "age": age,
        "at": at,
        "measure": MEASURES[choice.measure],
        "variant": VARIANTS[choice.variant],
        "totals": rows.totals(),
        "page": rows.visible_to(request.user).page(number),
        "sees_all": request.user.sees_every_customer,
    }
    return render(request, "metrics/cohort_cell.html", context)
