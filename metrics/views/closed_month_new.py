from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib import days
from lib.periods import PeriodUnreadableError, period_of
from metrics.models import RevenueMovement
from metrics.question import REPORTED, Question
from metrics.revenue.closing import (
    first_months_to_close,
    next_month_to_close,
    obstacle_to_closing,
)
from metrics.revenue.movements import Movements, month_movements
from metrics.revenue.two_clocks import as_known


@login_required
@permission_needed(Permission.CLOSE_MONTHS)
@require_safe
def closed_month_new(request: HttpRequest) -> HttpResponse:
    """What closing a month would freeze, to be looked at before."""
    today = days.today()
    due = next_month_to_close(today)
    wanted = request.GET.get("month") or (f"{due:%Y-%m}" if due else "")
    if not wanted:
        messages.info(request, _("No month is due: a month can be closed once it is over."))
        return redirect("metrics:closed_month_list")
    try:
        period = period_of(wanted)
    except PeriodUnreadableError:
        raise Http404 from None
    if period.kind != "month":
        raise Http404
    question = Question(period=period, today=today, view=REPORTED)
    with as_known(question):
        movements = month_movements(period.start)
    context = {
        "month": period,
        "obstacle": obstacle_to_closing(period.start, today),
        "choices": first_months_to_close(today),
        "may_close_days": request.user.may(Permission.CLOSE_DAYS),
        "steps": signed_steps(movements),
    }
    return render(request, "metrics/closed_month_new.html", context)


def signed_steps(movements: Movements) -> list[tuple[Promise | str, Decimal]]:
    """From the opening to the closing; what was lost stands below nought, so that it adds up."""
    kinds = RevenueMovement.Kind
    return [
        (_("Opening"), movements.opening),
        (kinds.NEW.label, movements.new),
        (kinds.REACTIVATION.label, movements.reactivation),
        (kinds.EXPANSION.label, movements.expansion),
        (kinds.CONTRACTION.label, -movements.contraction),
        (kinds.CHURN.label, -movements.churn),
        (kinds.FX.label, movements.fx),
        (_("Closing"), movements.closing),
    ]
