"""The three pictures of one customer: usage, health and MRR, each with the sentence it shows."""

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.models import Customer
from lib.money import formatted
from lib.rates import ratio
from metrics.charts import Chart, Look, Shown, amount_shown, count_shown, days_spec
from metrics.health.reading import health_history
from metrics.health.wording import percent
from metrics.models import Scorecard
from metrics.revenue.movements import mrr_history
from metrics.usage import usage_history

USAGE_DAYS, HEALTH_DAYS, MRR_DAYS = 91, 182, 730


def customer_pictures(customer: Customer, today: date) -> list[Chart]:
    """Only the pictures there are figures for."""
    pictures = [
        usage_chart(customer, today),
        health_chart(customer, today),
        mrr_chart(customer, today),
    ]
    return [picture for picture in pictures if picture]


def usage_chart(customer: Customer, today: date) -> Chart | None:
    points = usage_history(customer.pk, today - timedelta(days=USAGE_DAYS), today)
    if not any(point.event_count for point in points):
        return None
    now = sum(point.event_count for point in points[-28:])
    before = sum(point.event_count for point in points[-56:-28])
    change = ratio(now - before, before)
    title = (
        _("Usage %(change)s against the four weeks before")
        % {"change": percent(change, signed=True)}
        if change is not None
        else _("Usage in the last four weeks: %(n)s") % {"n": f"{now:,}"}
    )
    return Chart(
        key="usage",
        title=title,
        summary=_("Uses a day over %(days)s days. %(title)s.")
        % {"days": USAGE_DAYS, "title": title},
        spec=days_spec(
            [(point.day, point.event_count) for point in points], Look(_("Uses"), shape="area")
        ),
        heads=[_("Day"), _("Uses"), _("Active people")],
        rows=[
            (p.day, count_shown(p.event_count), count_shown(p.active_people))
            for p in reversed(points)
        ],
    )


def health_chart(customer: Customer, today: date) -> Chart | None:
    points = health_history(customer.pk, today - timedelta(days=HEALTH_DAYS), today)
    scores = [point.score for point in points if point.score is not None]
    if not scores:
        return None
    now, low, high = round(scores[-1]), round(min(scores)), round(max(scores))
    if low == high:
        first = next(point.day for point in points if point.score is not None)
        title = _("Health %(now)s, the same since %(day)s") % {
            "now": now, "day": date_format(first, "SHORT_DATE_FORMAT"),
        }  # fmt: skip
    else:
        title = _("Health %(now)s, between %(low)s and %(high)s in half a year") % {
            "now": now, "low": low, "high": high,
        }  # fmt: skip
    return Chart(
        key="health",
        title=title,
        summary=_("Health score over half a year. %(title)s.") % {"title": title},
        spec=days_spec(
            [(point.day, point.score) for point in points],
            Look(_("Health"), role="@ink", top=100, bands=bands()),
        ),
        heads=[_("Day"), _("Health"), _("Coverage")],
        rows=[
            (
                point.day,
                "–" if point.score is None else round(point.score),
                Shown(percent(point.coverage), point.coverage),
            )
            for point in reversed(points)
        ],
    )


def bands() -> tuple[tuple[float, float, str], ...]:
    card = Scorecard.objects.first() or Scorecard()
    return (
        (0, card.amber_from, "@bad"),
        (card.amber_from, card.green_from, "@warn"),
        (card.green_from, 100, "@good"),
    )


def mrr_chart(customer: Customer, today: date) -> Chart | None:
    points = mrr_history(customer.pk, today)
    if not points:
        return None
    currency, first = settings.REPORTING_CURRENCY, today - timedelta(days=MRR_DAYS)
    now = points[-1].mrr
    title = _("MRR is %(mrr)s since %(day)s") % {
        "mrr": formatted(now, currency), "day": date_format(points[-1].day, "SHORT_DATE_FORMAT"),
    }  # fmt: skip
    steps = [(point.day, point.mrr) for point in points if point.day >= first]
    held = [point.mrr for point in points if point.day < first]
    start = [(first, held[-1])] if held else [(steps[0][0] - timedelta(days=1), Decimal(0))]
    return Chart(
        key="mrr",
        title=title,
        summary=_("Monthly recurring revenue over two years. %(title)s.") % {"title": title},
        spec=days_spec(
            [*start, *steps, (today, now)],
            Look(_("MRR"), role="@info", shape="step", number="~s"),
        ),
        heads=[_("From"), _("MRR")],
        rows=[(point.day, amount_shown(point.mrr, currency)) for point in reversed(points)],
    )
