"""Words and widths that Excel, PDF and Word share."""

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib.money import MINUS, formatted, rounded
from metrics.figure import Figure, undefined_in_words
from metrics.metric import decimal_places
from metrics.parts import Unit, parts_of
from metrics.periods_in_words import period_in_words
from metrics.question import Question
from metrics.reports.content import Measured, Told


def value_in_words(unit: Unit, value: Any, question: Question, places: int | None = None) -> str:
    """A value with its unit, rounded once, half to even; n/a for None."""
    if value is None:
        return undefined_in_words()
    exact = Decimal(str(value))
    if unit == "share":
        return f"{exact * 100:,.1f}%".replace("-", MINUS)
    if unit == "money":
        return formatted(rounded(exact, question.money), question.money)
    if unit == "points":
        return f"{exact:+,.0f}".replace("-", MINUS)
    text = f"{exact:,.{decimal_places(unit) if places is None else places}f}".replace("-", MINUS)
    patterns = {
        "ratio": "%(n)s×",
        "months": _("%(n)s months"),
        "minutes": _("%(n)s min"),
    }
    return patterns.get(unit, "%(n)s") % {"n": text}


def figure_in_words(told: Told) -> str:
    value = told.figure.value if told.figure.is_shown else None
    return value_in_words(told.metric.unit, value, told.question, told.metric.places)


def range_in_words(told: Told) -> str:
    if told.figure.interval is None:
        return ""
    about = (told.question, told.metric.places)
    low = value_in_words(told.metric.unit, told.figure.interval.low, *about)
    high = value_in_words(told.metric.unit, told.figure.interval.high, *about)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def remark(figure: Figure) -> str:
    """Why there is no figure, or what to mind about it."""
    return str(figure.reason_in_words or figure.flag_in_words)


def readings(told: Told) -> list[tuple[str, str]]:
    """All that makes a figure besides its value and range, as label and words."""
    metric, figure, version = told.metric, told.figure, _("%(rule)s, version %(version)s")
    made = [
        (_("Formula"), str(metric.formula)),
        (_("Above the line"), operand(figure.numerator)),
        (_("Below the line"), operand(figure.denominator)),
        *parts_in_words(told),
        (_("Period"), period_in_words(told.question.period)),
        (_("As of the end of"), cell_in_words(told.question.day)),
        (_("Definition"), version % {"rule": metric.rule, "version": metric.version}),
    ]
    return [(label, words) for label, words in made if words]


def parts_in_words(told: Told) -> list[tuple[str, str]]:
    return [
        (str(part.name), value_in_words(part.unit or told.metric.unit, value, told.question))
        for _name, part, value in parts_of(told.metric.code, told.figure)
    ]


def other_readings(told: Told) -> str:
    """The parts of a figure in one cell, a line each."""
    return "\n".join(f"{name}: {words}" for name, words in parts_in_words(told))


def operand(value: Any) -> str:
    """A sum above or below the line."""
    return "" if value is None else number(value)


def number(value: Any) -> str:
    """Whole where it is whole, else two places."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def address_of(told: Told) -> str:
    """Where the figure opens to its rows, as of the day it was counted on."""
    question = told.question
    asked = question.about(as_of=question.day) if question.is_running else question
    page = reverse("metrics:figure_detail", args=[told.metric.code])
    return f"{settings.PUBLIC_URL}{page}?{asked.address}"


def cell_in_words(cell: Any) -> str:
    """A cell of a table as text; figures get their thousands apart."""
    if cell is None:
        return "–"
    if isinstance(cell, Measured):
        return value_in_words(cell.metric.unit, cell.value, cell.question, cell.metric.places)
    if isinstance(cell, datetime):
        return date_format(cell, "SHORT_DATETIME_FORMAT")
    if isinstance(cell, date):
        return date_format(cell, "SHORT_DATE_FORMAT")
    if isinstance(cell, Decimal | float):
        return number(cell)
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def width_of(text: str) -> int:
    """Columns a text takes: Japanese letters are twice as wide as others."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
