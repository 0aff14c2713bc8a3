"""The pictures of the Revenue page, each with its finding: steps of a period, months of a year."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lib.money import MINUS, formatted
from metrics.charts import (
    Chart,
    Look,
    Shown,
    Spec,
    amount_shown,
    day_axis,
    days_spec,
    framed,
    moment,
    number_axis,
    plain,
    waterfall_spec,
)
from metrics.models import RevenueMovement
from metrics.revenue.movements import Movements

Kind = RevenueMovement.Kind
# From the axis outwards, gains above nought and losses below it.
COLOURS = [
    (Kind.EXPANSION, "@good"), (Kind.NEW, "@info"), (Kind.REACTIVATION, "@violet"),
    (Kind.CONTRACTION, "@warn"), (Kind.CHURN, "@bad"), (Kind.FX, "@none"),
]  # fmt: skip
ByMonth = Mapping[tuple[date, str], Decimal]
# The figure that is each step, with its rows.
FIGURES = {
    Kind.NEW: "new_mrr", Kind.REACTIVATION: "reactivation_mrr", Kind.EXPANSION: "expansion_mrr",
    Kind.CONTRACTION: "contraction_mrr", Kind.CHURN: "churned_mrr", Kind.FX: "fx_mrr",
}  # fmt: skip


def signed(amount: Decimal, currency: str) -> Shown:
    sign = "+" if amount >= 0 else MINUS
    return Shown(f"{sign}{formatted(abs(amount), currency)}", amount)


def waterfall_chart(movements: Movements, period: str, currency: str) -> Chart:
    """From the MRR before the period to the MRR at its end, step by step."""
    steps: list[tuple[str, str | Promise, Decimal, str]] = [
        ("", _("Before"), movements.opening, "@none"),
        (Kind.NEW, Kind.NEW.label, movements.new, "@good"),
        (Kind.REACTIVATION, Kind.REACTIVATION.label, movements.reactivation, "@good"),
        (Kind.EXPANSION, Kind.EXPANSION.label, movements.expansion, "@good"),
        (Kind.CONTRACTION, Kind.CONTRACTION.label, -movements.contraction, "@bad"),
        (Kind.CHURN, Kind.CHURN.label, -movements.churn, "@bad"),
        (Kind.FX, _("FX"), movements.fx, "@info"),
    ]
    if movements.moved:
        steps.append(("", _("Regrouped"), movements.moved, "@info"))
    steps.append(("", _("After"), movements.closing, "@none"))
    title = waterfall_finding(movements, period, currency)
    return Chart(
        key="movements",
        title=title,
        summary=_("Steps from the MRR before the period to the MRR after it. %(title)s.")
        % {"title": title},
        spec=waterfall_spec([step[1:] for step in steps], 240, "~s"),
        heads=[_("Step"), _("Amount"), _("Movements")],
        rows=[
            (label, amount_shown(amount, currency), movements.customers.get(key, 0) if key else "")
            for key, label, amount, _role in steps
        ],
    )


def steps_to_rows(movements: Movements) -> list[tuple[str, str | Promise, int]]:
    """The figure that opens each step, its name and its movements; no step without any."""
    counted = [(kind, movements.customers.get(kind.value, 0)) for kind in FIGURES]
    return [(FIGURES[kind], kind.label, count) for kind, count in counted if count]


def waterfall_finding(movements: Movements, period: str, currency: str) -> str:
    change = movements.closing - movements.opening
    figures = {
        "period": period,
        "change": formatted(abs(change), currency),
        "lost": formatted(movements.lost, currency),
        "gained": formatted(movements.gained, currency),
    }
    if change > 0:
        return _("MRR rose by %(change)s: %(gained)s won, %(lost)s lost (%(period)s)") % figures
    if change < 0:
        return _("MRR fell by %(change)s: %(gained)s won, %(lost)s lost (%(period)s)") % figures
    return _("MRR did not change (%(period)s)") % figures


def mrr_chart(mrr: Mapping[date, Decimal], currency: str) -> Chart:
    """MRR at the end of each month."""
    months = sorted(mrr)
    title = _("MRR is %(mrr)s, %(change)s since the end of %(month)s") % {
        "mrr": formatted(mrr[months[-1]], currency),
        "change": signed(mrr[months[-1]] - mrr[months[0]], currency),
        "month": date_format(months[0], "YEAR_MONTH_FORMAT"),
    }
    return Chart(
        key="mrr",
        title=title,
        summary=_("MRR at the end of each month. %(title)s.") % {"title": title},
        spec=days_spec([(month, mrr[month]) for month in months],
                       Look(_("MRR"), shape="area", number="~s", height=220)),
        heads=[_("Month"), _("MRR")],
        rows=[(date_format(month, "YEAR_MONTH_FORMAT"), amount_shown(mrr[month], currency))
              for month in reversed(months)],
    )  # fmt: skip


def months_chart(months: Sequence[date], moved: ByMonth, currency: str) -> Chart:
    """What each month won and lost, by kind; losses hang below nought."""
    kinds = [kind for kind, _role in COLOURS]
    net = {month: sum((moved.get((month, kind), Decimal(0)) for kind in kinds), Decimal(0))
           for month in months}  # fmt: skip
    grown = sum(1 for amount in net.values() if amount > 0)
    title = _("MRR grew in %(grown)s of the last %(all)s months") % {
        "grown": grown, "all": len(months),
    }  # fmt: skip
    return Chart(
        key="months",
        title=title,
        summary=_("MRR won and lost in each month, by kind. %(title)s.") % {"title": title},
        spec=months_spec(months, moved),
        heads=[_("Month"), *[kind.label for kind in kinds], _("Change of MRR")],
        rows=[
            (
                date_format(month, "YEAR_MONTH_FORMAT"),
                *[signed(moved.get((month, kind), Decimal(0)), currency) for kind in kinds],
                signed(net[month], currency),
            )
            for month in reversed(months)
        ],
    )


def months_spec(months: Sequence[date], moved: ByMonth) -> Spec:
    names = [str(kind.label) for kind, _role in COLOURS]
    values = [
        {"day": moment(month), "name": str(kind.label), "value": plain(moved[month, kind]),
         "rank": rank}
        for month in months
        for rank, (kind, _role) in enumerate(COLOURS)
        if moved.get((month, kind))
    ]  # fmt: skip
    x = day_axis(months) | {"timeUnit": "utcyearmonth", "bandPosition": 0.5}
    return framed(
        {
            "data": {"values": values},
            "mark": {"type": "bar", "width": {"band": 0.7}},
            "encoding": {
                "x": x,
                "y": {"field": "value", "type": "quantitative", "stack": "zero", "title": None,
                      "axis": {"tickCount": 5, **number_axis("~s")}},
                "color": {"field": "name", "type": "nominal", "title": None, "sort": names,
                          "scale": {"domain": names, "range": [role for _kind, role in COLOURS]},
                          "legend": {"orient": "top", "symbolType": "square", "columns": 3}},
                "order": {"field": "rank", "type": "quantitative"},
                "tooltip": [
                    {"field": "day", "type": "temporal", "format": "%b %Y", "title": ""},
                    {"field": "name", "type": "nominal", "title": ""},
                    {"field": "value", "type": "quantitative", "format": "+,.0f", "title": ""},
                ],
            },
        },
        220,
    )  # fmt: skip
