from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib.periods import month_of, quarter_of, year_of
from metrics.catalogue import BY_CODE
from metrics.forms import Asked, asked_by, period_in_words
from metrics.once import page_of_figures
from metrics.question import Question
from metrics.retention.cohorts import Cohort, Measure, Triangle, Variant, triangle
from metrics.retention.fitted import Fitted, fitted_by_segment, fitted_to
from metrics.retention.survival import figure_of, survival_curve
from metrics.retention.trend import start_sets_by_month
from metrics.retention_charts import kept_revenue_chart, marks_of, survival_chart

MEASURES = {"logo": _("Customers"), "net": _("Revenue, net"), "gross": _("Revenue, gross")}
VARIANTS = {"status": _("Returns count"), "survival": _("A loss is final")}
DEPTHS = {"12": _("12 months"), "24": _("24 months"), "60": _("60 months")}
MODELLED_MONTHS = (12, 24, 36, 60)
SHOWN_OF_CURVE = ("survival_12", "survival_24", "median_lifetime", "mean_lifetime")


@dataclass(frozen=True)
class Choice:
    """Which triangle is shown; whatever else the address says is the first of each."""

    measure: Measure
    variant: Variant
    depth: str

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [("measure", self.measure), ("variant", self.variant), ("cohorts", self.depth)]


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def retention(request: HttpRequest) -> HttpResponse:
    asked, choice = asked_by(request, rolls_up=True), choice_of(request)
    curve = survival_curve(asked.question)
    fitted = fitted_to(curve)
    found = triangle(asked.question, choice.measure, choice.variant, int(choice.depth))
    context = {
        "asked": asked,
        "kept": choice.pairs,
        "choice": choice,
        "measures": MEASURES.items(),
        "variants": VARIANTS.items(),
        "depths": DEPTHS.items(),
        "tiles": tiles(asked),
        "triangle": found,
        "lines": [(cohort, cells(cohort, asked.question, choice)) for cohort in found.cohorts],
        "finding": finding(found),
        "chart": survival_chart(curve) if curve else None,
        "marks": marks_of(curve) if curve else [],
        "curve_figures": [(BY_CODE[code], figure_of(code, curve)) for code in SHOWN_OF_CURVE],
        "revenue_chart": kept_revenue_chart(start_sets_by_month(asked.question, window=12)),
        "fitted": fitted,
        "expected": expected(fitted) if fitted.model else [],
        "months": MODELLED_MONTHS,
        "by_segment": by_segment(asked.question) if request.GET.get("models") else None,
    }
    return render(request, "metrics/retention.html", context)


def choice_of(request: HttpRequest) -> Choice:
    measure, variant = request.GET.get("measure", ""), request.GET.get("variant", "")
    depth = request.GET.get("cohorts", "")
    return Choice(
        cast(Measure, measure if measure in MEASURES else "logo"),
        cast(Variant, variant if variant in VARIANTS else "status"),
        depth if depth in DEPTHS else "12",
    )


def tiles(asked: Asked) -> list[dict[str, Any]]:
    """Retention of the month, the quarter and the year in which the last counted day lies."""
    day, metric = asked.question.day, BY_CODE["logo_retention"]
    questions = [asked.question.about(period=of(day)) for of in (month_of, quarter_of, year_of)]
    return [
        {
            "code": metric.code,
            "figure": metric.answer(question),
            "question": question,
            "caption": period_in_words(question.period),
        }
        for question in questions
    ]


def cells(cohort: Cohort, question: Question, choice: Choice) -> list[tuple[Any, str]]:
    """Each cell with the address of its customers."""
    first = reverse("metrics:cohort_cell", args=[f"{cohort.month:%Y-%m}", 0])
    base = first.removesuffix("0/")
    query = urlencode({**question.parameters(), **dict(choice.pairs)})
    return [(cell, f"{base}{age}/?{query}") for age, cell in enumerate(cohort.cells)]


def finding(found: Triangle) -> str:
    """What the average row says at the latest age of a year or less."""
    shown = [(age, cell) for age, cell in enumerate(found.average[:13]) if cell and cell.is_shown]
    if not shown:
        return ""
    age, cell = shown[-1]
    share = f"{cell.share:.0%}"
    return str(_("%(share)s on average after %(age)s months") % {"share": share, "age": age})


def by_segment(question: Question) -> list[tuple[str, Fitted, list[Any]]]:
    """On request only: each segment is a curve and a fit of its own."""
    return [(name, fitted, expected(fitted)) for name, fitted in fitted_by_segment(question)]


def expected(fitted: Fitted) -> list[tuple[int, float | None, float | None]]:
    """Month, what the model expects and what was observed."""
    return [(month, *fitted.at(month)) for month in MODELLED_MONTHS]
