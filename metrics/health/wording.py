"""Figures of measures as people read them: +12 %, 64 %, 41, n/a."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lib.money import MINUS
from metrics.health.measures import Measure

Words = dict[str, Callable[[], str]]
SPACE = "\N{NO-BREAK SPACE}"


def override_text(override: str) -> str:
    """Why a score is held down, as one sentence; empty where it is not."""
    if override == "cancellation_scheduled":
        return _("Held at 39 at most: every subscription has an end.")
    if override == "past_due":
        limit = settings.PAST_DUE_LIMIT_DAYS
        return ngettext(
            "Held at 39 at most: more than %(days)s day past due.",
            "Held at 39 at most: more than %(days)s days past due.",
            limit,
        ) % {"days": limit}
    if override == "champion_left":
        return _("Held at 39 at most: the champion has left, and there is no other.")
    return ""


def percent(share: Decimal, *, signed: bool = False) -> str:
    """A share as whole percent; signed ones always carry their sign."""
    figure = (share * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    sign = MINUS if figure < 0 else "+" if signed else ""
    return f"{sign}{abs(figure)}{SPACE}%"


def whole(figure: Decimal) -> str:
    rounded = figure.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded)}"


def not_available() -> str:
    return pgettext("a figure that cannot be given", "n/a")


def input_text(measure: str, figure: Decimal | None) -> str:
    """The raw input of a measure, in its own unit."""
    if figure is None:
        return not_available()
    if measure == Measure.USAGE_TREND:
        return percent(figure, signed=True)
    if measure == Measure.ACTIVE_SHARE:
        return percent(figure)
    return whole(figure)


def change_text(measure: str, before: Decimal | None, after: Decimal | None) -> str:
    """How an input moved between two days, as the second half of a sentence."""
    if after is None:
        return _GONE[measure]()
    if before is None:
        return _NEW[measure]() % {"after": input_text(measure, after)}
    if measure == Measure.ACTIVE_SHARE and before:
        return _("active users %(change)s") % {
            "change": percent((after - before) / before, signed=True)
        }
    return _MOVED[measure]() % {
        "before": input_text(measure, before),
        "after": input_text(measure, after),
    }


_MOVED: Words = {
    Measure.USAGE_TREND: lambda: _("usage trend %(before)s → %(after)s"),
    Measure.ACTIVE_SHARE: lambda: _("active share of seats %(before)s → %(after)s"),
    Measure.DAYS_SINCE_TOUCH: lambda: _("days since last touch %(before)s → %(after)s"),
    Measure.LAST_NPS: lambda: _("last NPS answer %(before)s → %(after)s"),
    Measure.URGENT_TICKETS: lambda: _("open urgent tickets %(before)s → %(after)s"),
    Measure.DAYS_PAST_DUE: lambda: _("days past due %(before)s → %(after)s"),
}
_NEW: Words = {
    Measure.USAGE_TREND: lambda: _("usage trend now known: %(after)s"),
    Measure.ACTIVE_SHARE: lambda: _("active share of seats now known: %(after)s"),
    Measure.DAYS_SINCE_TOUCH: lambda: _("days since last touch now known: %(after)s"),
    Measure.LAST_NPS: lambda: _("first NPS answer: %(after)s"),
    Measure.URGENT_TICKETS: lambda: _("open urgent tickets now known: %(after)s"),
    Measure.DAYS_PAST_DUE: lambda: _("days past due now known: %(after)s"),
}
_GONE: Words = {
    Measure.USAGE_TREND: lambda: _("usage trend no longer known"),
    Measure.ACTIVE_SHARE: lambda: _("active share of seats no longer known"),
    Measure.DAYS_SINCE_TOUCH: lambda: _("days since last touch no longer known"),
    Measure.LAST_NPS: lambda: _("last NPS answer too old"),
    Measure.URGENT_TICKETS: lambda: _("open urgent tickets no longer known"),
    Measure.DAYS_PAST_DUE: lambda: _("days past due no longer known"),
}
