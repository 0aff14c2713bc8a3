from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib.days import add_months, month_start
from metrics import overview_charts as pictures
from metrics import revenue_charts
from metrics.catalogue import BY_CODE
from metrics.charts import Chart
from metrics.company import company_trend
from metrics.forms import Asked, asked_by
from metrics.headlines import OVERVIEW, asked_of
from metrics.models import CompanyDay, HealthScore, RevenueMovement
from metrics.once import page_of_figures
from metrics.question import Question
from metrics.revenue.moves import waterfall
from metrics.revenue.rates import money_of
from metrics.revenue.stock import stocks_by_month
from metrics.revenue.two_clocks import as_known

TREND_DAYS, TREND_MONTHS = 366, 13


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def overview(request: HttpRequest) -> HttpResponse:
    """One or two figures of each page, and how money, health and loyalty went."""
    asked = asked_by(request)
    context: dict[str, Any] = {"asked": asked}
    if CompanyDay.objects.exists() or RevenueMovement.objects.exists():
        with as_known(asked.question):
            context |= figures(asked)
    return render(request, "metrics/overview.html", context)


def figures(asked: Asked) -> dict[str, Any]:
    question = asked.question
    listed = [(code, *asked_of(code, question)) for code in OVERVIEW]
    factor, currency = money_of(question)
    steps = waterfall(question).times(factor)
    drawn = [
        revenue_charts.waterfall_chart(steps, asked.period_in_words, currency),
        mrr_trend(question, factor, currency),
        *company_charts(question),
    ]
    return {
        "tiles": [(code, BY_CODE[code].answer(about), about, note) for code, about, note in listed],
        "charts": [chart for chart in drawn if chart],
        "steps": revenue_charts.steps_to_rows(steps),
        "bands": HealthScore.Band.choices,
    }


def mrr_trend(question: Question, factor: Decimal, currency: str) -> Chart:
    last = month_start(max(question.start, question.day))
    months = [add_months(last, n - TREND_MONTHS + 1) for n in range(TREND_MONTHS)]
    stocks = stocks_by_month(question, months)
    mrr = {month: stock.mrr * factor for month, stock in stocks.items()}
    return revenue_charts.mrr_chart(mrr, currency)


def company_charts(question: Question) -> list[Chart | None]:
    """Health and NPS day by day; kept of the whole company, as it was known that night."""
    if question.is_narrowed or question.clock:
        return []
    trend = company_trend(question.end - timedelta(days=TREND_DAYS), question.end)
    if not trend:
        return []
    return [pictures.health_trend_chart(trend), pictures.nps_trend_chart(trend)]
