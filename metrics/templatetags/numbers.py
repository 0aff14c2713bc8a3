"""Figures with everything that belongs to them: tiles, the filter bar, the tabs of the pages."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.money import formatted
from lib.periods import PeriodUnreadableError, period_of
from metrics.catalogue import BY_CODE
from metrics.figure import Figure, undefined_in_words
from metrics.metric import Metric, decimal_places
from metrics.parts import BESIDE, Unit, at_hand, parts_of
from metrics.periods_in_words import period_in_words
from metrics.question import Question
from metrics.rows import NOTES
from metrics.templatetags import figures

register = template.Library()

# The pages of figures, in the order of their tabs.
PAGES = [
    ("metrics:overview", gettext_lazy("Overview")),
    ("metrics:revenue", gettext_lazy("Revenue")),
    ("metrics:retention", gettext_lazy("Retention")),
    ("metrics:churn", gettext_lazy("Churn")),
    ("metrics:value_and_cost", gettext_lazy("Value and cost")),
    ("metrics:loyalty", gettext_lazy("Loyalty")),
    ("metrics:engagement", gettext_lazy("Engagement")),
    ("metrics:closed_month_list", gettext_lazy("Closed months")),
    ("metrics:figure_list", gettext_lazy("All figures")),
    ("metrics:report_list", gettext_lazy("Reports")),
]
# The report that says what a page says.
SUBJECTS = {
    "metrics:overview": "overview",
    "metrics:revenue": "revenue",
    "metrics:retention": "retention",
    "metrics:churn": "churn",
    "metrics:loyalty": "loyalty",
    "metrics:value_and_cost": "value",
    "metrics:engagement": "engagement",
}


def worded(
    value: Any, unit: Unit, currency: str = "", *, short: bool = False, places: int | None = None
) -> SafeString | str:
    """A value with its unit as people write it; n/a for None."""
    if value is None:
        return undefined()
    if unit == "share":
        return figures.percent(value)
    if unit == "money":
        money = currency or settings.REPORTING_CURRENCY
        exact = Decimal(str(value))
        return figures.money_short(exact, money) if short else formatted(exact, money)
    if unit == "points":
        return figures.signed(value)
    number = figures.figure(value, decimal_places(unit) if places is None else places)
    patterns = {
        "ratio": "%(n)s×",
        "months": _("%(n)s months"),
        "minutes": _("%(n)s min"),
    }
    return patterns.get(unit, "%(n)s") % {"n": number}


@register.simple_tag
def undefined() -> SafeString:
    return format_html('<span class="na">{}</span>', undefined_in_words())


@register.filter
def operand(value: Any, places: int | None = None) -> str:
    """A sum as it stands above or below the line: whole where it is whole, else two places.

    A column says its places (`places_of`), so that its points stand below each other.
    """
    if value is None:
        return undefined()
    if places is None:
        places = places_of([value])
    return figures.figure(value, places)


def places_of(values: Iterable[Any]) -> int:
    """As many places as one of them needs: none where all are whole, else two."""
    return 0 if all(value is None or value == int(value) for value in values) else 2


@register.filter
def note_in_words(note: str) -> str:
    """What a row says of itself; a code that stands in the list of notes is translated."""
    return str(NOTES.get(note, note))


@register.filter
def period_words(code: str) -> str:
    """A period as an address names it, as people name it; an unknown one as it came."""
    try:
        return period_in_words(period_of(code))
    except PeriodUnreadableError:
        return code


@register.filter
def metric_name(code: str) -> str:
    return str(BY_CODE[code].name) if code in BY_CODE else code


@register.simple_tag
def parts_in_words(
    metric: Metric, figure: Figure, question: Question, *, short: bool = False
) -> list[tuple[str, SafeString | str, bool]]:
    """Name, value in its unit, and whether it belongs beside the figure itself."""
    return [
        (str(part.name), worded(value, part.unit or metric.unit, question.money, short=short),
         name in BESIDE)
        for name, part, value in parts_of(metric.code, figure)
    ]  # fmt: skip


@register.simple_tag
def in_unit(value: Any, metric: Metric, question: Question, *, short: bool = False) -> str:
    return worded(value, metric.unit, question.money, short=short, places=metric.places)


@register.inclusion_tag("metrics/_figure_tile.html")
def figure_tile(
    code: str, figure: Figure, question: Question, trend: Any = None, caption: str = ""
) -> dict[str, Any]:
    """A figure as a tile: its value, range and count, how it is counted, and its rows.

    `caption` says its period where that is not the one of the page.
    """
    return {
        "metric": BY_CODE[code],
        "figure": figure,
        "question": question,
        "trend": trend,
        "caption": caption,
        "parts": parts_in_words(BY_CODE[code], figure, question, short=True)
        if at_hand(figure)
        else [],
    }


@register.inclusion_tag("metrics/_numbers_tabs.html", takes_context=True)
def numbers_tabs(context: dict[str, Any], question: Question | None = None) -> dict[str, Any]:
    """The tabs between the pages of figures; the question goes along."""
    return {
        "pages": PAGES,
        "current_page": context.get("current_page", ""),
        "query": question.address if question else "",
        "subject": SUBJECTS.get(context.get("current_page", ""), ""),
    }
