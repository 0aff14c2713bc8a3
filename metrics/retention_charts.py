"""The pictures of staying and leaving, each with the sentence it shows."""

from typing import Any

from django.utils.translation import gettext as _

from metrics.charts import Chart, Spec, framed
from metrics.retention.survival import FEWEST_AT_RISK, as_interval
from metrics.value.survival import Curve

# At which ages the table under the curve says how many were at risk.
MARKS = (0, 3, 6, 12, 18, 24, 36, 48, 60)


def percent(share: float) -> str:
    return f"{share:.1%}"


def survival_chart(curve: Curve) -> Chart | None:
    """A staircase with its range; it ends where fewer than ten are left at risk."""
    last = last_shown(curve)
    if last < 1:
        return None
    points = [survival_point(curve, month) for month in range(last + 1)]
    title = survival_title(curve, last)
    return Chart(
        key="survival",
        title=title,
        summary=_("Share of customers not lost, by months since they first paid. %(title)s.")
        % {"title": title},
        spec=survival_spec(points),
        heads=[_("Months"), _("Not lost"), _("Range, 95%"), _("At risk"), _("Lost")],
        rows=[survival_row(curve, month) for month in range(last + 1)],
    )


def last_shown(curve: Curve) -> int:
    """The last month of life that at least ten customers were watched through."""
    return max(
        (m for m in range(int(curve.longest) + 1) if curve.at_risk(m) >= FEWEST_AT_RISK), default=0
    )


def survival_title(curve: Curve, last: int) -> str:
    month = min(12, last)
    return _("%(share)s are still there after %(months)s months") % {
        "share": percent(curve.at(month)), "months": month,
    }  # fmt: skip


def survival_point(curve: Curve, month: int) -> Spec:
    interval = as_interval(curve, month)
    level = curve.at(month)
    return {
        "month": month,
        "share": level,
        "low": interval.low if interval else level,
        "high": interval.high if interval else level,
        "risk": curve.at_risk(month),
    }


def survival_row(curve: Curve, month: int) -> tuple[Any, ...]:
    interval = as_interval(curve, month)
    spread = (
        _("%(low)s to %(high)s") % {"low": percent(interval.low), "high": percent(interval.high)}
        if interval
        else "–"
    )
    lost = next((step.lost for step in curve.steps if step.month == month), 0)
    return (month, percent(curve.at(month)), spread, f"{curve.at_risk(month):,}", f"{lost:,}")


def marks_of(curve: Curve) -> list[tuple[int, int]]:
    """Numbers at risk for the line under the picture."""
    last = last_shown(curve)
    return [(month, curve.at_risk(month)) for month in MARKS if month <= last]


def survival_spec(points: list[Spec]) -> Spec:
    lowest = min(point["low"] for point in points)
    x = {"field": "month", "type": "quantitative", "title": _("Months since the first payment"),
         "axis": {"tickMinStep": 1, "format": "d"}, "scale": {"nice": False}}  # fmt: skip
    y_scale = {"domain": [0 if lowest < 0.55 else 0.5, 1]}
    y = {"field": "share", "type": "quantitative", "title": None, "scale": y_scale,
         "axis": {"format": ".0%", "tickCount": 5}}  # fmt: skip
    tooltip = [
        {"field": "month", "type": "quantitative", "title": _("Months")},
        {"field": "share", "type": "quantitative", "format": ".1%", "title": _("Not lost")},
        {"field": "low", "type": "quantitative", "format": ".1%", "title": _("From")},
        {"field": "high", "type": "quantitative", "format": ".1%", "title": _("To")},
        {"field": "risk", "type": "quantitative", "format": ",d", "title": _("At risk")},
    ]
    band = {
        "mark": {"type": "area", "interpolate": "step-after", "color": "@info", "opacity": 0.18},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }
    line = {
        "mark": {"type": "line", "interpolate": "step-after", "color": "@info", "strokeWidth": 2},
        "encoding": {"x": x, "y": y},
    }
    unseen = {
        "mark": {"type": "point", "opacity": 0, "size": 120, "filled": True},
        "encoding": {"x": x, "y": y, "tooltip": tooltip},
    }
    return framed({"data": {"values": points}, "layer": [band, line, unseen]}, 230)
