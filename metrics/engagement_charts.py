"""The pictures of the Engagement page: who was there, how sticky it is, how seats are used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.charts import Chart, Look, Shown, Spec, day_axis, days_spec, framed, moment
from metrics.engagement_figures import Engaged, asked_about
from metrics.engaging import WINDOW
from metrics.models import CustomerEngagement, EngagementDay
from metrics.question import Question

TREND_DAYS = 180
# Upper ends of the shares of seats in use, and what they are called.
SHARES = ((Decimal("0.25"), "0-25%"), (Decimal("0.5"), "25-50%"), (Decimal("0.75"), "50-75%"),
          (Decimal(1), "75-100%"))  # fmt: skip
MOST = "100%+"


@dataclass(frozen=True)
class Point:
    day: date
    today: int
    week: int
    people: int
    days: int

    @property
    def stickiness(self) -> Decimal | None:
        return Decimal(self.days) / (WINDOW * self.people) if self.people else None


def trend_of(question: Question, days: int = TREND_DAYS) -> list[Point]:
    """The nights up to the last day, as they were concluded; days without a night are left out."""
    start = question.end - timedelta(days=days)
    nights = EngagementDay.objects.filter(
        asked_about(question), day__gte=start, day__lt=question.end
    )
    sums = (
        nights.order_by("day").values("day")
        .annotate(today=Sum("people_today"), week=Sum("people_week"), month=Sum("people"),
                  active_days=Sum("days"))
        .values_list("day", "today", "week", "month", "active_days")
    )  # fmt: skip
    points = [Point(*row) for row in sums]
    # An end of a month that was kept alone, weeks before the first night, would draw a false line.
    kept = {point.day for point in points}
    followed = [p for p in points if p.day + timedelta(days=1) in kept or p is points[-1]]
    return followed if len(followed) > 1 else points


def people_chart(points: Sequence[Point]) -> Chart | None:
    if not points:
        return None
    first, last = points[0], points[-1]
    names = [(_("In 28 days"), "@accent"), (_("In 7 days"), "@info"), (_("On the day"), "@good")]
    values = [
        {"day": moment(p.day), "name": name, "people": n}
        for p in points
        for (name, _role), n in zip(names, (p.people, p.week, p.today), strict=True)
    ]
    figures = {"n": f"{last.people:,}", "before": f"{first.people:,}",
               "day": date_format(first.day, "SHORT_DATE_FORMAT")}  # fmt: skip
    return Chart(
        key="people",
        title=_("%(n)s people were active in 28 days, against %(before)s on %(day)s") % figures,
        summary=_("People active on the day, in 7 and in 28 days, night by night."),
        spec=_lines(values, names, [p.day for p in points]),
        heads=[_("Day"), _("On the day"), _("In 7 days"), _("In 28 days")],
        rows=[
            (date_format(p.day, "SHORT_DATE_FORMAT"), p.today, p.week, p.people)
            for p in reversed(points)
        ],
    )


def _lines(values: list[Spec], names: list[tuple[str, str]], days: list[date]) -> Spec:
    color = {"field": "name", "type": "nominal", "title": None,
             "scale": {"domain": [name for name, _role in names],
                       "range": [role for _name, role in names]},
             "legend": {"orient": "top", "symbolType": "stroke"}}  # fmt: skip
    x, y = day_axis(days), {"field": "people", "type": "quantitative", "title": None,
                            "axis": {"tickCount": 4, "format": ",.0f"}}  # fmt: skip
    tooltip = [
        {"field": "day", "type": "temporal", "format": "%x", "title": ""},
        {"field": "name", "type": "nominal", "title": ""},
        {"field": "people", "type": "quantitative", "format": ",.0f", "title": _("People")},
    ]
    line = {
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "color": color},
    }
    dots = {"mark": {"type": "point", "opacity": 0, "size": 120, "filled": True},
            "encoding": {"x": x, "y": y, "color": color, "tooltip": tooltip}}  # fmt: skip
    return framed({"data": {"values": values}, "layer": [line, dots]}, 200)


def stickiness_chart(points: Sequence[Point]) -> Chart | None:
    told = [point for point in points if point.stickiness is not None]
    if not told:
        return None
    return Chart(
        key="stickiness",
        title=_("Of 100 people of a month, %(n)s are there on a mean day")
        % {"n": round(100 * (told[-1].stickiness or 0))},
        summary=_("Mean daily people over the people of 28 days, night by night."),
        spec=days_spec(
            [(p.day, p.stickiness) for p in told],
            Look(_("Stickiness"), role="@info", height=200, number=".0%"),
        ),
        heads=[_("Day"), _("Stickiness")],
        rows=[(date_format(p.day, "SHORT_DATE_FORMAT"), stickiness_shown(p.stickiness or 0))
              for p in reversed(told)],
    )  # fmt: skip


def stickiness_shown(share: Decimal | float) -> Shown:
    return Shown(f"{100 * share:.1f}%", share)


def seats_chart(question: Question, day: date) -> Chart | None:
    """How many customers use which share of their seats."""
    seated = CustomerEngagement.objects.filter(asked_about(question), day=day, seats__gt=0)
    counts = dict.fromkeys([label for _end, label in SHARES] + [MOST], 0)
    # Many customers have as many people and seats as others: the database puts them together.
    alike = seated.order_by().values_list("people_seated", "seats").annotate(n=Count("pk"))
    for people, seats, n in alike:
        counts[_bucket(people, seats)] += n
    total = sum(counts.values())
    if not total:
        return None
    values = [
        {"share": label, "customers": n, "role": "@warn" if label == MOST else "@accent"}
        for label, n in counts.items()
    ]
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "x": {"field": "share", "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelAngle": 0}},
            "y": {"field": "customers", "type": "quantitative", "title": None,
                  "axis": {"format": "d", "tickCount": 4, "tickMinStep": 1}},
            "color": {"field": "role", "type": "nominal", "legend": None, "scale": None},
            "tooltip": [{"field": "share", "title": _("Seats in use")},
                        {"field": "customers", "title": _("Customers")}],
        },
    }  # fmt: skip
    few = counts[SHARES[0][1]]
    return Chart(
        key="seats",
        title=_("%(few)s of %(total)s customers use a quarter of their seats or less; "
                "%(over)s have more people than seats")
        % {"few": few, "total": total, "over": counts[MOST]},
        summary=_("Customers by the share of their seats that is in use."),
        spec=framed({"data": {"values": values}, **bars}, 200),
        heads=[_("Seats in use"), _("Customers")],
        rows=list(counts.items()),
    )  # fmt: skip


def _bucket(people: int, seats: Decimal) -> str:
    return next((label for end, label in SHARES if people <= end * seats), MOST)


def sessions_chart(found: Engaged) -> Chart | None:
    """How long sessions take, in steps of minutes."""
    total = sum(found.minutes.values())
    if not total:
        return None
    steps = [(0, 0, "0"), (1, 5, "1-5"), (6, 15, "6-15"), (16, 30, "16-30"), (31, 60, "31-60"),
             (61, 10**9, "60+")]  # fmt: skip
    counts = [
        (label, sum(n for minute, n in found.minutes.items() if low <= minute <= high))
        for low, high, label in steps
    ]
    values = [{"minutes": label, "sessions": n} for label, n in counts]
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 3, "color": "@info"},
        "encoding": {
            "x": {"field": "minutes", "type": "nominal", "sort": None, "title": _("Minutes"),
                  "axis": {"labelAngle": 0}},
            "y": {"field": "sessions", "type": "quantitative", "title": None,
                  "axis": {"format": "~s", "tickCount": 4, "tickMinStep": 1}},
            "tooltip": [{"field": "minutes", "title": _("Minutes")},
                        {"field": "sessions", "title": _("Sessions")}],
        },
    }  # fmt: skip
    short = counts[0][1] + counts[1][1]
    return Chart(
        key="sessions",
        title=_("%(n)s of %(total)s sessions take five minutes or less")
        % {"n": f"{short:,}", "total": f"{total:,}"},
        summary=_("Sessions by their length in whole minutes."),
        spec=framed({"data": {"values": values}, **bars}, 200),
        heads=[_("Minutes"), _("Sessions")],
        rows=counts,
    )
