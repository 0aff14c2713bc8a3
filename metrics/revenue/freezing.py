"""Figures as they were reported, kept with their closed month (GEN-6)."""

from decimal import Decimal
from typing import Any

from metrics.figure import Figure
from metrics.intervals import Interval
from metrics.models import ClosedMonth
from metrics.question import Question


def reported_figure(code: str, question: Question) -> Figure | None:
    """The figure of a closed month as it was reported; None where nothing was.

    Parts of the company were not reported; they are counted from the lines that were.
    """
    if not question.is_reported or question.period.kind != "month" or question.is_narrowed:
        return None
    months = ClosedMonth.objects.filter(month=question.start)
    kept = months.values_list(f"figures__{code}", flat=True).first()
    return thawed(kept) if kept else None


def frozen(figure: Figure) -> dict[str, Any]:
    """Numbers as text, so that no digit is lost."""
    return {
        "value": _text(figure.value),
        "numerator": _text(figure.numerator),
        "denominator": _text(figure.denominator),
        "n": figure.n,
        "interval": [figure.interval.low, figure.interval.high] if figure.interval else None,
        "reason": figure.reason,
        "flag": figure.flag,
        "parts": {name: _text(part) for name, part in figure.parts.items()},
    }


def thawed(kept: dict[str, Any]) -> Figure:
    """The figure as it was reported."""
    return Figure(
        value=_number(kept["value"]),
        numerator=_number(kept["numerator"]),
        denominator=_number(kept["denominator"]),
        n=kept["n"],
        interval=Interval(*kept["interval"]) if kept["interval"] else None,
        reason=kept["reason"],
        flag=kept["flag"],
        parts={name: _number(part) for name, part in kept["parts"].items()},
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
