"""The pictures of staying and leaving, each with the sentence it shows."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.charts import Chart, Shown, Spec, count_shown, framed, moment
from metrics.intervals import Interval
from metrics.retention.survival import FEWEST_AT_RISK, as_interval
from metrics.revenue.start_set import StartSet
from metrics.value.survival import Curve

# At which ages the table under the curve says how many were at risk.
MARKS = (0, 3, 6, 12, 18, 24, 36, 48, 60)


def percent(share: Decimal | float) -> Shown:
    return Shown(f"{share:.1%}", share)


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
        heads=[_("Months"), _("Not lost"), _("Range, 95%"), _("Numbers at risk"), _("Lost")],
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
    return (
        month,
        percent(curve.at(month)),
        spread,
        count_shown(curve.at_risk(month)),
        count_shown(lost),
    )


def marks_of(curve: Curve) -> list[tuple[int, int]]:
    """Numbers at risk for the line under the picture."""
    last = last_shown(curve)
    return [(month, curve.at_risk(month)) for month in MARKS if month <= last]


def survival_spec(points: list[Spec]) -> Spec:
    lowest = min(point["low"] for point in points)
    x = {"field": "month", "type": "quantitative", "title": None,
         "axis": {"tickMinStep": 1, "format": "d"}, "scale": {"nice": False}}  # fmt: skip
    y_scale = {"domain": [0 if lowest < 0.55 else 0.5, 1]}
    y = {"field": "share", "type": "quantitative", "title": None, "scale": y_scale,
         "axis": {"format": ".0%", "tickCount": 5}}  # fmt: skip
    tooltip = [
        {"field": "month", "type": "quantitative", "title": _("Months")},
        {"field": "share", "type": "quantitative", "format": ".1%", "title": _("Not lost")},
        {"field": "low", "type": "quantitative", "format": ".1%", "title": _("Lower end")},
        {"field": "high", "type": "quantitative", "format": ".1%", "title": _("Upper end")},
        {"field": "risk", "type": "quantitative", "format": ",d", "title": _("Numbers at risk")},
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


Books = Sequence[tuple[date, StartSet]]
Reading = tuple[date, Decimal, Interval | None, int]


def churn_chart(books: Books) -> Chart | None:
    """Logo churn of each month with its range."""
    readings = [
        (month, book.logo_churn.value, book.logo_interval, book.start_customers)
        for month, book in books
        if book.logo_churn.value is not None
    ]
    if not readings:
        return None
    month, share, _range, _n = readings[-1]
    lost, start = sum(b.lost for _m, b in books), sum(b.start_customers for _m, b in books)
    title = _("%(share)s left in %(month)s; %(mean)s a month over %(n)s months") % {
        "share": percent(share), "month": date_format(month, "YEAR_MONTH_FORMAT"),
        "mean": percent(lost / start), "n": len(readings),
    }  # fmt: skip
    return Chart(
        key="churn",
        title=title,
        summary=_("Logo churn by month with its range. %(title)s.") % {"title": title},
        spec=ranges_spec([("", readings, "@accent")]),
        heads=[_("Month"), _("Logo churn"), _("Range, 95%"), _("Customers before")],
        rows=[reading_row(reading) for reading in reversed(readings)],
    )


def kept_revenue_chart(books: Books) -> Chart | None:
    """NRR and GRR of the twelve months up to each month."""
    nrr = [(m, b.nrr.value, b.nrr_interval, b.start_customers) for m, b in books if b.nrr.value]
    grr = [(m, b.grr.value, b.grr_interval, b.start_customers) for m, b in books if b.grr.value]
    if not nrr or not grr:
        return None
    title = _("NRR %(nrr)s and GRR %(grr)s over the twelve months to %(month)s") % {
        "nrr": percent(nrr[-1][1]), "grr": percent(grr[-1][1]),
        "month": date_format(nrr[-1][0], "YEAR_MONTH_FORMAT"),
    }  # fmt: skip
    return Chart(
        key="kept-revenue",
        title=title,
        summary=_("Revenue kept over twelve months, net and gross. %(title)s.") % {"title": title},
        spec=ranges_spec([(_("NRR"), nrr, "@info"), (_("GRR"), grr, "@good")], from_zero=False),
        heads=[_("Month"), _("NRR"), _("Range, 95%"), _("GRR"), _("Range, 95%"), _("Customers")],
        rows=[
            (*reading_row(net)[:3], *reading_row(gross)[1:])
            for net, gross in reversed(list(zip(nrr, grr, strict=False)))
        ],
    )


def reading_row(reading: Reading) -> tuple[Any, ...]:
    month, share, interval, n = reading
    spread = (
        _("%(low)s to %(high)s") % {"low": percent(interval.low), "high": percent(interval.high)}
        if interval
        else "–"
    )
    return (date_format(month, "YEAR_MONTH_FORMAT"), percent(share), spread, count_shown(n))


def ranges_spec(
    lines: Sequence[tuple[str, Sequence[Reading], str]], *, from_zero: bool = True
) -> Spec:
    """Lines over months, each point with its range behind it."""
    values: list[Spec] = [
        {
            "day": moment(month), "name": name, "value": float(share),
            "low": interval.low if interval else float(share),
            "high": interval.high if interval else float(share),
        }
        for name, readings, _role in lines
        for month, share, interval, _n in readings
    ]  # fmt: skip
    x = {"field": "day", "type": "temporal", "scale": {"type": "utc"}, "title": None,
         "axis": {"format": "%b", "tickCount": 8}}  # fmt: skip
    y = {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": from_zero},
         "axis": {"format": ".0%" if not from_zero else ".1~%", "tickCount": 4}}  # fmt: skip
    names = [name for name, _readings, _role in lines]
    color = {"field": "name", "type": "nominal", "title": None, "sort": names,
             "scale": {"domain": names, "range": [role for _n, _r, role in lines]},
             "legend": {"orient": "top", "symbolOpacity": 1} if lines[1:] else None}  # fmt: skip
    tooltip = [
        {"field": "day", "type": "temporal", "format": "%b %Y", "title": ""},
        {"field": "name", "type": "nominal", "title": ""},
        {"field": "value", "type": "quantitative", "format": ".1%", "title": _("Share")},
        {"field": "low", "type": "quantitative", "format": ".1%", "title": _("Lower end")},
        {"field": "high", "type": "quantitative", "format": ".1%", "title": _("Upper end")},
    ]
    both = {"x": x, "color": color}
    layers: list[Spec] = [
        {"mark": {"type": "area", "opacity": 0.13},
         "encoding": {**both, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {**both, "y": y}},
        {"mark": {"type": "point", "filled": True, "size": 45},
         "encoding": {**both, "y": y, "tooltip": tooltip}},
    ]  # fmt: skip
    return framed({"data": {"values": values}, "layer": layers}, 210)
