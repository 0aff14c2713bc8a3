"""Figures on pages: money, shares, changes, health and small pictures.

Nothing is computed here but wording and geometry. None is shown as "n/a" everywhere. What a list
says on line after line is remembered; each such function says the same of the same few values, of
which the language is one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from django import template
from django.conf import settings
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lib import days
from lib.money import MINUS, SIGNS, formatted
from metrics.health.wording import not_available
from metrics.models import HealthScore
from metrics.sparkline import HEIGHT, WIDTH, Figure, sparkline

register = template.Library()

# A shape of its own for each band, so that the colour is never needed.
SHAPES = {
    "green": '<circle cx="6" cy="6" r="5"/>',
    "amber": '<path d="M6 .8 11.600 11H.4Z"/>',
    "red": '<path d="M6 .4 11.600 6 6 11.600.4 6Z"/>',
    "none": '<path fill-rule="evenodd" d="M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1Zm0 1.800a3.200 3.200 0 '
    '1 1 0 6.400 3.200 3.200 0 0 1 0-6.400Z"/>',
}
ARROWS = {"up": "M5 1 9 7H1Z", "down": "M5 9 1 3h8Z", "flat": "M1 4h8v2H1Z"}
STEPS = {
    "en": [(10**9, "B"), (10**6, "M"), (10**3, "K")],
    "ja": [(10**12, "兆"), (10**8, "億"), (10**4, "万")],
}


def is_unknown(value: object) -> bool:
    """None, or what a template makes of a row that is not there: a customer without a snapshot."""
    return value is None or value == ""


@register.simple_tag
def na() -> SafeString:
    return format_html('<span class="na">{}</span>', not_available())


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """The whole amount in its currency; without a currency in the reporting one."""
    return (
        na() if is_unknown(amount) else formatted(amount, currency or settings.REPORTING_CURRENCY)
    )


@register.filter
def money_short(amount: Decimal | None, currency: str = "") -> str:
    """Three leading digits and a step as the language counts them: ¥3.6M, ¥360万."""
    if amount is None or is_unknown(amount):
        return na()
    currency = currency or settings.REPORTING_CURRENCY
    for size, letter in STEPS.get(get_language() or "en", STEPS["en"]):
        if abs(amount) >= size:
            sign = MINUS if amount < 0 else ""
            mark = SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
            return f"{sign}{mark}{_three_digits(abs(Decimal(amount)) / size)}{letter}"
    return formatted(Decimal(amount), currency)


def _three_digits(figure: Decimal) -> str:
    decimals = 2 if figure < 10 else 1 if figure < 100 else 0
    text = f"{_rounded(figure, decimals):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(figure: Decimal | float, decimals: int) -> Decimal:
    exact = figure if isinstance(figure, Decimal) else Decimal(str(figure))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)


@register.filter
def figure(value: Decimal | int | float | None, decimals: int = 0) -> str:
    """A count or a plain figure with separated thousands."""
    if is_unknown(value):
        return na()
    is_whole = isinstance(value, int) and not decimals
    shown = f"{value:,}" if is_whole else f"{_rounded(value, decimals):,}"
    return shown.replace("-", MINUS)


@register.filter
def percent(share: Decimal | float | None, decimals: int = 1) -> str:
    """A share from 0 to 1 as percent."""
    if is_unknown(share):
        return na()
    return f"{_rounded(Decimal(str(share)) * 100, decimals):,}%".replace("-", MINUS)


@register.filter
def rate(value: Decimal) -> str:
    """A rate without the noughts behind its last place, but with two places at least."""
    whole, _point, places = f"{value:,.8f}".partition(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


@register.filter
def signed(value: Decimal | int | float | None, decimals: int = 0) -> str:
    """With its sign: +3, −12, ±0."""
    if is_unknown(value):
        return na()
    rounded = _rounded(value, decimals)
    return f"{rounded:+,}".replace("-", MINUS) if rounded else f"±{abs(rounded)}"


@register.filter
def ago(moment: datetime | date | None, today: date | None = None) -> str:
    """How many reporting days have passed, in words."""
    if not moment:
        return _("never")
    day = days.local_day(moment) if isinstance(moment, datetime) else moment
    passed = ((today or days.today()) - day).days
    return _distance(max(passed, 0), get_language())


@register.filter
def until(day: date | None, today: date | None = None) -> str:
    """How many days are left, in words."""
    if not day:
        return na()
    return _distance((today or days.today()).toordinal() - day.toordinal(), get_language())


@lru_cache(maxsize=4096)
def _distance(passed: int, _language: str | None) -> str:
    """Days from today in words: 3 have passed, -3 are left."""
    if passed == 0:
        return _("today")
    if passed > 0:
        return ngettext("%(n)s day ago", "%(n)s days ago", passed) % {"n": f"{passed:,}"}
    return ngettext("in %(n)s day", "in %(n)s days", -passed) % {"n": f"{-passed:,}"}


@register.filter
def short_day(day: date | None) -> str:
    """A day as lists write it: 6 Jun 2027."""
    return _short_day(day, get_language()) if day else ""


@lru_cache(maxsize=4096)
def _short_day(day: date, _language: str | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@register.simple_tag
def health(band: str | None, score: Decimal | None = None, *, word: bool = True) -> SafeString:
    """Shape, figure and word of a health band. Without `word` it is only read out."""
    shown = "" if score is None else figure(score)
    return _health(band if band in SHAPES else "none", shown, word, get_language())


@lru_cache(maxsize=2048)
def _health(band: str, score: str, word: bool, _language: str | None) -> SafeString:
    return format_html(
        '<span class="health health-{}"><svg width="12" height="12" viewBox="0 0 12 12"'
        ' aria-hidden="true">{}</svg>{}<span class="{}">{}</span></span>',
        band,
        mark_safe(SHAPES[band]),  # noqa: S308  # a constant of this module
        format_html('<span class="health-score">{}</span>', score) if score else "",
        "health-word" if word else "visually-hidden",
        HealthScore.Band(band).label,
    )


@register.simple_tag
def trend(change: Decimal | int | None, *, decimals: int = 0, good: str = "up") -> SafeString:
    """An arrow and the signed change. `good` says which direction is welcome."""
    if is_unknown(change):
        return mark_safe("")
    return _trend(_rounded(change, decimals), decimals, good)


@lru_cache(maxsize=2048)
def _trend(rounded: Decimal, decimals: int, good: str) -> SafeString:
    way = "up" if rounded > 0 else "down" if rounded < 0 else "flat"
    feeling = "flat" if way == "flat" else "good" if way == good else "bad"
    return format_html(
        '<span class="trend trend-{}"><svg width="10" height="10" viewBox="0 0 10 10"'
        ' aria-hidden="true"><path d="{}"/></svg>{}</span>',
        feeling,
        ARROWS[way],
        signed(rounded, decimals),
    )


@register.simple_tag
def spark(
    figures: Sequence[Figure] | None, label: str = "", *, wide: bool = False, from_zero: bool = True
) -> SafeString:
    """A sparkline. With a label it is a picture with words, without one decoration."""
    picture = sparkline(figures or [], from_zero=from_zero)
    if picture.end is None:
        return na()
    words = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    shape = ' preserveAspectRatio="none"' if wide else ""
    x, y = picture.end
    dot = "" if wide else f'<circle class="spark-dot" cx="{x}" cy="{y}" r="2"/>'
    return mark_safe(  # noqa: S308  # the label is escaped, all else is made of figures
        f'<svg class="spark{" spark-wide" if wide else ""}" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}"{shape} {words}>'
        f'<path class="spark-area" d="{picture.area}"/>'
        f'<path class="spark-line" d="{picture.line}"/>{dot}</svg>'
    )


@register.simple_tag
def share_bar(parts: Sequence[tuple[str, int]], label: str) -> SafeString:
    """Bands side by side, as wide as their counts: `[("green", 12), ("red", 3)]`."""
    whole = sum(count for _band, count in parts) or 1
    pieces, left = [], 0.0
    for band, count in parts:
        width = 100 * count / whole
        pieces.append(
            format_html(
                '<rect class="bar-{}" x="{}" y="0" width="{}" height="8"/>',
                band,
                f"{left:.2f}",
                f"{max(0.0, width - 0.4):.2f}",
            )
        )
        left += width
    return format_html(
        '<svg class="stacked-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}</svg>',
        label,
        mark_safe("".join(pieces)),  # noqa: S308  # each piece went through format_html
    )
