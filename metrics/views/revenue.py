from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib.days import add_months, month_start
from lib.periods import trailing_months
from metrics import revenue_charts as pictures
from metrics.catalogue import BY_CODE
from metrics.charts import Chart
from metrics.forms import Asked, asked_by
from metrics.grouping import names_of
from metrics.headlines import asked_of
from metrics.models import RevenueMovement
from metrics.once import page_of_figures
from metrics.question import Question
from metrics.revenue.groups import GROUPINGS, Group, money_by
from metrics.revenue.moves import largest_moves, sums_by, waterfall
from metrics.revenue.rates import money_of
from metrics.revenue.stock import stocks_by_month
from metrics.revenue.two_clocks import as_known

TREND_MONTHS = 13
BY = {
    "plan": gettext_lazy("Plan"), "segment": gettext_lazy("Segment"), "csm": gettext_lazy("CSM"),
    "touch": gettext_lazy("Touch"),
}  # fmt: skip
TILES = ("mrr", "arr", "cmrr", "arpa", "nrr", "grr", "quick_ratio", "gross_revenue_churn")


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def revenue(request: HttpRequest) -> HttpResponse:
    """Recurring revenue of a period: figures, steps, months, groups and the largest moves."""
    asked = asked_by(request, rolls_up=True)
    by = request.GET.get("by", "")
    by = by if by in GROUPINGS else "segment"
    context: dict[str, Any] = {"asked": asked, "kept": [("by", by)], "by": by, "groupings": BY}
    if RevenueMovement.objects.exists():
        with as_known(asked.question):
            context |= figures(asked, by, request.user)
    return render(request, "metrics/revenue.html", context)


def figures(asked: Asked, by: str, user: Any) -> dict[str, Any]:
    """Amounts in the currency asked for; in the reporting one where no rate is known."""
    factor, currency = money_of(asked.question)
    drawn, trend = charts(asked, factor, currency)
    moves = largest_moves(asked.question, user)
    groups = money_by(asked.question, by)
    names = names_of(by, [group.key for group in groups])
    return {
        "tiles": tiles(asked.question, trend),
        "charts": drawn,
        "groups": [
            (names[group.key], narrowed(asked.question, by, group.key), in_currency(group, factor))
            for group in groups
        ],
        "steps": pictures.steps_to_rows(waterfall(asked.question)),
        "moves": [replace(move, amount=move.amount * factor) for move in moves],
        "money": currency,
        "has_rate": currency == asked.question.money,
        "sees_all": user.sees_every_customer,
    }  # fmt: skip


def tiles(question: Question, trend: list[Decimal]) -> list[dict[str, Any]]:
    """MRR and what belongs to it, then what is kept in twelve months, then what moved."""
    return [
        {
            "code": code,
            "figure": BY_CODE[code].answer(about),
            "question": about,
            "caption": caption,
            "trend": trend if code == "mrr" else None,
        }
        for code, about, caption in [(code, *asked_of(code, question)) for code in TILES]
    ]


def charts(asked: Asked, factor: Decimal, currency: str) -> tuple[list[Chart], list[Decimal]]:
    """The pictures, and the MRR of the months for the tile."""
    question = asked.question
    last = max(question.start, question.day)
    year = question.about(period=trailing_months(last, TREND_MONTHS))
    months = months_of(year)
    mrr = {month: stock.mrr * factor for month, stock in stocks_by_month(year, months).items()}
    moved: dict[tuple[date, str], Decimal] = {
        (month, kind): sums.amount / 12 * factor
        for (month, kind), sums in sums_by(year, "month", "kind").items()
    }
    steps = waterfall(question).times(factor)
    drawn = [
        pictures.waterfall_chart(steps, asked.period_in_words, currency),
        pictures.months_chart(months, moved, currency),
        pictures.mrr_chart(mrr, currency),
    ]
    return drawn, [mrr[month] for month in months]


def months_of(question: Question) -> list[date]:
    """The months of the period that have begun."""
    months, last = [question.start], month_start(question.day)
    while months[-1] < last:
        months.append(add_months(months[-1], 1))
    return months


def narrowed(question: Question, by: str, key: Any) -> str:
    """The query that asks the same about one group only."""
    return question.about(**{by: key}).address


def in_currency(group: Group, factor: Decimal) -> Group:
    return replace(group, mrr=group.mrr * factor, change=group.change * factor)
