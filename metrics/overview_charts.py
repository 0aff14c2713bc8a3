"""The pictures of the Overview that are its own: customers by health, and NPS; with findings."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib.money import MINUS
from metrics.charts import Chart, Look, Shown, days_spec, stacked_days_spec
from metrics.company import CompanyPoint
from metrics.models import HealthScore
from metrics.nps import Nps

Band = HealthScore.Band


def health_trend_chart(points: Sequence[CompanyPoint]) -> Chart:
    first, last = points[0], points[-1]
    title = _("%(red)s of %(all)s customers are at risk, against %(before)s on %(day)s") % {
        "red": last.red, "all": last.customers, "before": first.red,
        "day": date_format(first.day, "SHORT_DATE_FORMAT"),
    }  # fmt: skip
    names = [(str(Band.RED.label), "@bad"), (str(Band.AMBER.label), "@warn"),
             (str(Band.GREEN.label), "@good"), (str(Band.NONE.label), "@none")]  # fmt: skip
    labels = [name for name, _role in names]
    shares = [
        (point.day, label, count)
        for point in points
        for label, count in zip(
            labels, (point.red, point.amber, point.green, point.unscored), strict=True
        )
    ]
    return Chart(
        key="health",
        title=title,
        summary=_("Customers by band of health at the end of each day. %(title)s.")
        % {"title": title},
        spec=stacked_days_spec(shares, names, 200),
        heads=[_("Day"), *labels],
        rows=[(p.day, p.red, p.amber, p.green, p.unscored) for p in reversed(points)],
    )


def nps_trend_chart(points: Sequence[CompanyPoint]) -> Chart | None:
    scores = [(p.day, Nps(p.promoters, p.passives, p.detractors)) for p in points]
    if not any(nps.n for _day, nps in scores):
        return None
    last = scores[-1][1]
    return Chart(
        key="nps",
        title=nps_finding(scores[0][1], last),
        summary=_("Net promoter score of the 90 days up to each day."),
        spec=days_spec(
            [(day, nps.value) for day, nps in scores],
            Look(_("NPS"), role="@info", height=200, number="+,.0f"),
        ),
        heads=[_("Day"), _("NPS"), _("Lower end"), _("Upper end"), _("Answers")],
        rows=[nps_row(day, nps) for day, nps in reversed(scores)],
    )


def nps_finding(first: Nps, last: Nps) -> str:
    """Only a change that the ranges do not both cover is called one."""
    if not first.interval or not last.interval or last.value is None:
        return _("NPS of the last 90 days")
    figures = {"nps": f"{last.value:+.0f}".replace("-", MINUS)}
    if last.interval[0] > first.interval[1]:
        return _("NPS rose to %(nps)s") % figures
    if last.interval[1] < first.interval[0]:
        return _("NPS fell to %(nps)s") % figures
    return _("NPS is %(nps)s; no evidence of a change") % figures


def nps_row(day: date, nps: Nps) -> tuple[object, ...]:
    if nps.interval is None or nps.value is None:
        return (day, "–", "–", "–", 0)
    low, high = nps.interval
    shown = [
        Shown(f"{figure:+.0f}".replace("-", MINUS), figure) for figure in (nps.value, low, high)
    ]
    return (day, *shown, nps.n)
