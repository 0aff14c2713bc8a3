"""The pictures of Value and cost: what is spent month by month, what customers are worth."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.models import CostLine, Customer
from lib.days import add_months
from metrics.charts import Chart, Shown, amount_shown, framed, number_axis, plain, stacked_days_spec
from metrics.models import CustomerValue
from metrics.spending import KEPT_BY_MONTH, spending_parameters

MONTHS = 12
MOST_POINTS = 400
COLOURS = ["@accent", "@info", "@good", "@warn", "@bad", "@none", "@accent", "@info"]


def money(amount: Decimal) -> Shown:
    return amount_shown(amount, settings.REPORTING_CURRENCY)


def spent_by_kind(months: Sequence[date]) -> dict[date, dict[str, Decimal]]:
    """Retention cost of each of these months, one after the other, by kind of cost line."""
    spent: dict[date, dict[str, Decimal]] = {month: {} for month in months}
    with connection.cursor() as cursor:
        cursor.execute(KEPT_BY_MONTH, spending_parameters(months[0], add_months(months[-1], 1)))
        for month, kind, amount in cursor.fetchall():
            spent[month][kind] = amount
    return spent


def spending_chart(last: date) -> Chart | None:
    """Twelve months up to the one that begins on `last`; None when nothing was entered."""
    months = [add_months(last, n - MONTHS + 1) for n in range(MONTHS)]
    spent = spent_by_kind(months)
    kinds = [kind for kind in CostLine.Kind if any(spent[m].get(kind.value) for m in months)]
    if not kinds:
        return None
    totals = {month: sum(spent[month].values(), Decimal(0)) for month in months}
    title = _("Keeping customers cost %(amount)s in %(month)s") % {
        "amount": money(totals[last]), "month": date_format(last, "YEAR_MONTH_FORMAT")
    }  # fmt: skip
    points = [
        (month, str(kind.label), spent[month].get(kind.value, Decimal(0)))
        for month in months for kind in kinds
    ]  # fmt: skip
    names = [(str(k.label), COLOURS[n % len(COLOURS)]) for n, k in enumerate(kinds)]
    return Chart(
        key="spending",
        title=title,
        summary=_("Retention cost month by month and by kind. %(title)s.") % {"title": title},
        spec=stacked_days_spec(points, names, 220),
        heads=[_("Month"), *[kind.label for kind in kinds], _("Together")],
        rows=[
            (date_format(m, "YEAR_MONTH_FORMAT"),
             *[money(spent[m].get(kind.value, Decimal(0))) for kind in kinds], money(totals[m]))
            for m in reversed(months)
        ],
    )  # fmt: skip


def worth_chart(values: Sequence[CustomerValue]) -> Chart | None:
    """Each customer by cost to serve and margin, coloured by its tier."""
    if not values:
        return None
    costly = sum(value.cost_to_serve > value.margin for value in values)
    title = _("%(costly)s of %(all)s customers shown cost more than they bring") % {
        "costly": costly, "all": len(values)
    }  # fmt: skip
    tiers = [(str(t.label), role) for t, role in zip(Customer.Touch, COLOURS, strict=False)]
    points = [
        {"name": value.customer.name, "cost": plain(value.cost_to_serve),
         "margin": plain(value.margin), "tier": str(value.customer.get_touch_display())}
        for value in values
    ]  # fmt: skip
    return Chart(
        key="worth",
        title=title,
        summary=_("Cost to serve and margin of each customer, a month. %(title)s.")
        % {"title": title},
        spec=points_spec(points, tiers),
        heads=[_("Touch tier"), _("Customers"), _("Margin a month"), _("Cost to serve a month")],
        rows=by_tier(values),
    )


def by_tier(values: Sequence[CustomerValue]) -> list[tuple[object, ...]]:
    groups: dict[str, list[CustomerValue]] = defaultdict(list)
    for value in values:
        groups[value.customer.touch].append(value)
    return [
        (tier.label, len(groups[tier.value]),
         money(sum((v.margin for v in groups[tier.value]), Decimal(0))),
         money(sum((v.cost_to_serve for v in groups[tier.value]), Decimal(0))))
        for tier in Customer.Touch
    ]  # fmt: skip


def points_spec(points: list[dict[str, Any]], tiers: list[tuple[str, str]]) -> dict[str, Any]:
    """A point for each customer; hovering names it."""
    amount = {"type": "quantitative", "axis": {"tickCount": 5, **number_axis("~s")}}
    return framed(
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "opacity": 0.7, "size": 55},
            "encoding": {
                "x": {"field": "cost", "title": _("Cost to serve a month"), **amount},
                "y": {"field": "margin", "title": _("Margin a month"), **amount},
                "color": {"field": "tier", "type": "nominal", "title": None,
                          "scale": {"domain": [name for name, _role in tiers],
                                    "range": [role for _name, role in tiers]},
                          "legend": {"orient": "top"}},
                "tooltip": [
                    {"field": "name", "type": "nominal", "title": ""},
                    {"field": "tier", "type": "nominal", "title": ""},
                    {"field": "cost", "type": "quantitative", "format": ",.0f",
                     "title": _("Cost to serve a month")},
                    {"field": "margin", "type": "quantitative", "format": ",.0f",
                     "title": _("Margin a month")},
                ],
            },
        },
        280,
    )  # fmt: skip
