"""Alerts and their tasks in words, in the language of whoever reads.

A rule leaves its kind and its figures; the sentence is made here, for pages, API and mails alike.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.health.explaining import health_sentence
from metrics.health.wording import change_text, percent, whole
from metrics.models import Alert

Kind = Alert.Kind
Details = dict[str, Any]


def title(kind: str) -> str:
    """What to do, in a few words: the title of the task an alert opens."""
    titles: dict[str, str] = {
        Kind.SCORE_FELL: _("Find out why health fell"),
        Kind.WENT_RED: _("Help a customer at risk"),
        Kind.USAGE_FELL: _("Ask why usage fell by half"),
        Kind.RENEWAL_UNTOUCHED: _("Get in touch before the renewal"),
        Kind.DETRACTOR: _("Answer an unhappy contact"),
    }
    return titles.get(kind, kind)


def sentence(kind: str, details: Details) -> str:
    """Why there is an alert, for example: Health 72 → 51 in 7 days: active users −38 %.

    Where its figures are missing or are none, only the name of its kind.
    """
    build = _SENTENCES.get(kind)
    if build is None:
        return ""
    try:
        return build(details)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        return str(Kind(kind).label)


def _score_fell(details: Details) -> str:
    driver = details.get("driver", "")
    moved = (
        change_text(driver, _decimal(details.get("driver_before")),
                    _decimal(details.get("driver_after")))
        if driver else ""
    )  # fmt: skip
    before, after = Decimal(str(details["before"])), Decimal(str(details["after"]))
    return health_sentence(before, after, details.get("days", 7), moved)


def _went_red(details: Details) -> str:
    figures = {"score": whole(Decimal(str(details["score"])))}
    if details.get("override") == "cancellation_scheduled":
        return _("Health is red at %(score)s: every subscription has an end") % figures
    if details.get("override") == "past_due":
        limit = settings.PAST_DUE_LIMIT_DAYS
        return ngettext(
            "Health is red at %(score)s: more than %(days)s day past due",
            "Health is red at %(score)s: more than %(days)s days past due",
            limit,
        ) % (figures | {"days": limit})
    if details.get("override") == "champion_left":
        return _("Health is red at %(score)s: the champion has left") % figures
    return _("Health is red at %(score)s") % figures


def _usage_fell(details: Details) -> str:
    before, after = Decimal(details["before"]), Decimal(details["after"])
    return _("Usage %(change)s in 28 days: %(before)s → %(after)s uses") % {
        "change": percent((after - before) / before, signed=True) if before else "",
        "before": f"{before:,}",
        "after": f"{after:,}",
    }


def _renewal_untouched(details: Details) -> str:
    renews_on = date.fromisoformat(details["renews_on"])
    figures = {"day": date_format(renews_on, "DATE_FORMAT")}
    quiet = details.get("days_since_touch")
    if quiet is None:
        return _("Renews on %(day)s and was never in touch") % figures
    return ngettext(
        "Renews on %(day)s and had no touch for %(days)s day",
        "Renews on %(day)s and had no touch for %(days)s days",
        int(quiet),
    ) % (figures | {"days": int(quiet)})


def _detractor(details: Details) -> str:
    # Alerts are of NPS, and so were the tasks before they named the end of their scale.
    figures = {"score": details["score"], "highest": details.get("highest", 10)}
    return _("Answered %(score)s of %(highest)s") % figures


_SENTENCES: dict[str, Callable[[Details], str]] = {
    Kind.SCORE_FELL: _score_fell,
    Kind.WENT_RED: _went_red,
    Kind.USAGE_FELL: _usage_fell,
    Kind.RENEWAL_UNTOUCHED: _renewal_untouched,
    Kind.DETRACTOR: _detractor,
}


def _decimal(figure: Any) -> Decimal | None:
    return None if figure is None else Decimal(str(figure))
