"""The pictures of Value and cost: what is spent month by month, what customers are worth."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.models import CostLine, Customer
from lib.days import add_months, month_start
from metrics.charts import Chart, amount_shown, framed, number_axis, plain, stacked_days_spec
from metrics.models import CustomerValue
from metrics.question import Question
from metrics.revenue.rates import money_of
from metrics.revenue.two_clocks import as_known
from metrics.spending import KEPT_BY_MONTH, spending_parameters

MONTHS = 12
MOST_POINTS = 400
TIER_COLOURS = ["@accent", "@info", "@good"]
# One for each kind of cost line.
COLOURS = ["@info", "@teal", "@good", "@warn", "@bad", "@violet", "@accent", "@none"]


def spent_by_kind(months: Sequence[date], factor: Decimal) -> dict[date, dict[str, Decimal]]:
    """Retention cost of these months, one after the other, by kind of cost line, times `factor`."""
    spent: dict[date, dict[str, Decimal]] = {month: {} for month in months}
    with connection.cursor() as cursor:
        cursor.execute(KEPT_BY_MONTH, spending_parameters(months[0], add_months(months[-1], 1)))
        for month, kind, amount in cursor.fetchall():
            spent[month][kind] = amount * factor
    return spent


def spending_chart(question: Question) -> Chart | None:
    """Twelve months up to that of the question; None when nothing was entered.

    Every month is in the money asked for at one rate, that of the question's day, like the tiles.
    """
    last = month_start(question.day)
    factor, currency = money_of(question)
    money = partial(amount_shown, currency=currency)
    months = [add_months(last, n - MONTHS + 1) for n in range(MONTHS)]
    with as_known(question, costs=True):
        spent = spent_by_kind(months, factor)
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


@dataclass(frozen=True)
class Drawn:
    """A customer in the picture: `touch` is the code of its tier, amounts are of a month."""

    name: str
    touch: str
    margin: Decimal
    cost: Decimal


def most_valuable(values: QuerySet[CustomerValue]) -> list[Drawn]:
    """Hundreds, so only the columns that are drawn are read."""
    columns = ("customer__name", "served", "margin", "cost_to_serve")
    ordered = values.order_by("-net_value", "pk")[:MOST_POINTS]
    return [Drawn(*row) for row in ordered.values_list(*columns)]


def worth_chart(drawn: Sequence[Drawn], question: Question) -> Chart | None:
    """Each customer by cost to serve and margin, coloured by its tier."""
    if not drawn:
        return None
    factor, currency = money_of(question)
    costly = sum(each.cost > each.margin for each in drawn)
    title = _("%(costly)s of %(all)s customers shown cost more than they bring") % {
        "costly": costly, "all": len(drawn)
    }  # fmt: skip
    # In words once, not for each customer.
    names = {tier.value: str(tier.label) for tier in Customer.Touch}
    tiers = list(zip(names.values(), TIER_COLOURS, strict=True))
    points = [
        {"name": each.name, "cost": plain(each.cost * factor),
         "margin": plain(each.margin * factor), "tier": names.get(each.touch, each.touch)}
        for each in drawn
    ]  # fmt: skip
    return Chart(
        key="worth",
        title=title,
        summary=_("Cost to serve and margin of each customer, a month. %(title)s.")
        % {"title": title},
        spec=points_spec(points, tiers, currency),
        heads=[_("Touch tier"), _("Customers"), _("Margin a month"), _("Cost to serve a month")],
        rows=by_tier(drawn, factor, currency),
    )


def by_tier(drawn: Sequence[Drawn], factor: Decimal, currency: str) -> list[tuple[object, ...]]:
    money = partial(amount_shown, currency=currency)
    groups: dict[str, list[Drawn]] = defaultdict(list)
    for each in drawn:
        groups[each.touch].append(each)
    return [
        (tier.label, len(groups[tier.value]),
         money(sum((each.margin for each in groups[tier.value]), Decimal(0)) * factor),
         money(sum((each.cost for each in groups[tier.value]), Decimal(0)) * factor))
        for tier in Customer.Touch
    ]  # fmt: skip


def points_spec(
    points: list[dict[str, Any]], tiers: list[tuple[str, str]], currency: str
) -> dict[str, Any]:
    """A point for each customer; hovering names it. Axes say their currency."""
    cost = _("Cost to serve a month (%(currency)s)") % {"currency": currency}
    margin = _("Margin a month (%(currency)s)") % {"currency": currency}
    amount = {"type": "quantitative", "axis": {"tickCount": 5, **number_axis("~s")}}
    return framed(
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "opacity": 0.7, "size": 55},
            "encoding": {
                "x": {"field": "cost", "title": cost, **amount},
                "y": {"field": "margin", "title": margin, **amount},
                "color": {"field": "tier", "type": "nominal", "title": None,
                          "scale": {"domain": [name for name, _role in tiers],
                                    "range": [role for _name, role in tiers]},
                          "legend": {"orient": "top"}},
                "tooltip": [
                    {"field": "name", "type": "nominal", "title": ""},
                    {"field": "tier", "type": "nominal", "title": ""},
                    {"field": "cost", "type": "quantitative", "format": ",.0f",
                     "title": cost},
                    {"field": "margin", "type": "quantitative", "format": ",.0f",
                     "title": margin},
                ],
            },
        },
        280,
    )  # fmt: skip
