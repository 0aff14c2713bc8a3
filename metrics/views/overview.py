from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib import days
from lib.periods import month_of
from metrics import overview_charts as pictures
from metrics.company import CompanyPoint, company_trend
from metrics.models import RevenueMovement
from metrics.nps import Nps
from metrics.question import Question
from metrics.revenue.moves import waterfall
from metrics.revenue.start_set import start_set

TREND_DAYS = 366
Context = dict[str, object]


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    today = days.today()
    month = month_asked(request.GET.get("month", ""), today)
    end = min(days.add_months(month, 1), today)
    trend = company_trend(end - timedelta(days=TREND_DAYS), end)
    context: Context = {
        "month": month,
        "before": days.add_months(month, -1),
        "after": days.add_months(month, 1) if days.add_months(month, 1) <= today else None,
        "is_running": days.add_months(month, 1) > today,
        "trend": trend,
        **(figures(month, trend) if trend else {}),
    }
    return render(request, "metrics/overview.html", context)


def figures(month: date, trend: list[CompanyPoint]) -> Context:
    """The figures of a month as of its last closed day, and their pictures."""
    last = trend[-1]
    question = Question(period=month_of(month), today=days.today())
    movements = waterfall(question)
    name = date_format(month, "YEAR_MONTH_FORMAT")
    drawn = [pictures.waterfall_chart(movements, name), pictures.mrr_trend_chart(trend),
             pictures.health_trend_chart(trend), pictures.nps_trend_chart(trend)]  # fmt: skip
    return {
        "last": last,
        "movements": movements,
        "steps": [
            (kind, kind.label, movements.customers.get(kind.value, 0))
            for kind in RevenueMovement.Kind
        ],
        "churn": start_set(question),
        "nps": Nps(last.promoters, last.passives, last.detractors),
        "bands": [("green", last.green), ("amber", last.amber), ("red", last.red),
                  ("none", last.unscored)],
        "customers_trend": [point.customers for point in trend],
        "mrr_trend": [point.mrr for point in trend],
        "charts": [chart for chart in drawn if chart],
    }  # fmt: skip


def month_asked(text: str, today: date) -> date:
    """The first day of `2026-06`; of the running month for whatever else was asked."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return days.month_start(today)
    return month if date(2000, 1, 1) <= month <= today else days.month_start(today)
