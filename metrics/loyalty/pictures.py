"""The pictures of the Loyalty page: the score by day and by month, how the answers spread."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib.money import MINUS
from metrics.charts import Chart, Look, Shown, framed, ranged_spec
from metrics.figure import undefined_in_words
from metrics.loyalty.answers import NPS, Scale
from metrics.loyalty.series import Point
from metrics.loyalty.verdicts import Compared

ROWS_SHOWN = 60


def score(scale: Scale, value: float | None) -> str:
    """Points with their sign, or a percentage."""
    if value is None:
        return undefined_in_words()
    if scale == NPS:
        return Shown(f"{value:+.0f}".replace("-", MINUS), value)
    return Shown(f"{100 * value:.1f}%", value)


def finding(scale: Scale, name: str, whole: Compared) -> str:
    """What the test says, as the title of the pictures."""
    value = None if whole.now.value is None else float(whole.now.value)
    figures = {"name": name, "now": score(scale, value)}
    if whole.before.value is not None:
        figures["before"] = score(scale, float(whole.before.value))
    if value is None:
        return _("%(name)s: no answers in this period") % figures
    if whole.verdict == "higher":
        return _("%(name)s rose to %(now)s, from %(before)s") % figures
    if whole.verdict == "lower":
        return _("%(name)s fell to %(now)s, from %(before)s") % figures
    if whole.verdict == "no_evidence":
        return _("%(name)s is %(now)s; no evidence of a change") % figures
    return _("%(name)s is %(now)s; nothing to compare it with") % figures


def days_chart(scale: Scale, name: str, points: Sequence[Point]) -> Chart | None:
    if not any(point.n for point in points):
        return None
    last = points[-1]
    return Chart(
        key="loyalty-days",
        title=_("%(name)s of the last 90 days, day by day: now %(value)s from %(n)s answers")
        % {"name": name, "value": score(scale, last.value), "n": last.n},
        summary=_("For each day the answers of the 90 days up to it, with their range of 95%."),
        spec=ranged_spec(_drawn(points), _look(scale, name, "line")),
        heads=_heads(_("Day"), name),
        rows=[_row(scale, point, "SHORT_DATE_FORMAT") for point in points[: -ROWS_SHOWN - 1 : -1]],
    )


def months_chart(scale: Scale, name: str, points: Sequence[Point]) -> Chart | None:
    if not points:
        return None
    most = max(points, key=lambda point: point.n)
    return Chart(
        key="loyalty-months",
        title=_("%(name)s by month; most answers came in %(month)s (%(n)s)")
        % {"name": name, "month": date_format(most.day, "YEAR_MONTH_FORMAT"), "n": most.n},
        summary=_("For each month its own answers, with their range of 95%."),
        spec=ranged_spec(_drawn(points), _look(scale, name, "dots")),
        heads=_heads(_("Month"), name),
        rows=[_row(scale, point, "YEAR_MONTH_FORMAT") for point in reversed(points)],
    )


def distribution_chart(scale: Scale, counts: dict[int, int]) -> Chart | None:
    total = sum(counts.values())
    if not total:
        return None
    scores = range(scale.low, scale.high + 1)
    values = [
        {"score": str(n), "answers": counts.get(n, 0), "role": _role(scale, n)} for n in scores
    ]
    roles = ["@good", "@warn", "@bad"]
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "x": {"field": "score", "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelAngle": 0}},
            "y": {"field": "answers", "type": "quantitative", "title": None,
                  "axis": {"format": "d", "tickCount": 4, "tickMinStep": 1}},
            "color": {"field": "role", "type": "nominal", "legend": None,
                      "scale": {"domain": roles, "range": roles}},
            "tooltip": [{"field": "score", "title": _("Score")},
                        {"field": "answers", "title": _("Answers")}],
        },
    }  # fmt: skip
    most = max(scores, key=lambda n: counts.get(n, 0))
    return Chart(
        key="loyalty-scores",
        title=_("Most answers are a %(score)s (%(n)s of %(total)s)")
        % {"score": most, "n": counts.get(most, 0), "total": total},
        summary=_("How many answers each score got"),
        spec=framed({"data": {"values": values}, **bars}, 200),
        heads=[_("Score"), _("Answers")],
        rows=[(n, counts.get(n, 0)) for n in scores],
    )


def _role(scale: Scale, score_: int) -> str:
    if score_ >= scale.good_from:
        return "@good"
    return "@bad" if score_ <= scale.bad_to else "@warn"


def _drawn(points: Sequence[Point]) -> list[tuple[date, float | None, float | None, float | None]]:
    return [(point.day, point.value, point.low, point.high) for point in points]


def _look(scale: Scale, name: str, shape: str) -> Look:
    number = "+,.0f" if scale == NPS else ".0%"
    return Look(name, role="@info", shape=shape, height=200, number=number)


def _heads(first: str, name: str) -> list[str]:
    return [first, name, _("Lower end"), _("Upper end"), _("Answers")]


def _row(scale: Scale, point: Point, style: str) -> tuple[object, ...]:
    return (
        date_format(point.day, style),
        score(scale, point.value),
        score(scale, point.low),
        score(scale, point.high),
        point.n,
    )
