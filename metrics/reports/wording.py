"""Words and widths that Excel, PDF and Word share."""

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib.money import formatted, rounded
from metrics.figure import Figure, undefined_in_words
from metrics.metric import Metric, decimal_places
from metrics.question import Question
from metrics.reports.content import Measured


def value_in_words(metric: Metric, value: Any, question: Question) -> str:
    """A value with its unit, rounded once, half to even; n/a for None."""
    if value is None:
        return undefined_in_words()
    exact = Decimal(str(value))
    if metric.unit == "share":
        return f"{exact * 100:,.1f}%"
    if metric.unit == "money":
        return formatted(rounded(exact, question.money), question.money)
    if metric.unit == "points":
        return f"{exact:+,.0f}"
    text = f"{exact:,.{decimal_places(metric.unit)}f}"
    patterns = {
        "ratio": "%(n)s×",
        "months": _("%(n)s months"),
        "minutes": _("%(n)s min"),
    }
    return patterns.get(metric.unit, "%(n)s") % {"n": text}


def figure_in_words(metric: Metric, figure: Figure, question: Question) -> str:
    return value_in_words(metric, figure.value if figure.is_shown else None, question)


def range_in_words(metric: Metric, figure: Figure, question: Question) -> str:
    if figure.interval is None:
        return ""
    low = value_in_words(metric, figure.interval.low, question)
    high = value_in_words(metric, figure.interval.high, question)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def remark(figure: Figure) -> str:
    """Why there is no figure, or what to mind about it."""
    return str(figure.reason_in_words or figure.flag_in_words)


def cell_in_words(cell: Any) -> str:
    """A cell of a table as text; figures get their thousands apart."""
    if cell is None:
        return "–"
    if isinstance(cell, Measured):
        return value_in_words(cell.metric, cell.value, cell.question)
    if isinstance(cell, datetime):
        return date_format(cell, "SHORT_DATETIME_FORMAT")
    if isinstance(cell, date):
        return date_format(cell, "SHORT_DATE_FORMAT")
    if isinstance(cell, Decimal | float):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def width_of(text: str) -> int:
    """Columns a text takes: Japanese letters are twice as wide as others."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
