"""Pictures as Vega-Lite specifications in plain dicts, once for pages and for reports.

A colour is a role written `@accent`; whoever draws replaces it by the colour of the theme. Days are
sent as UTC midnights and drawn on a UTC scale, so that no zone moves them. Each chart carries the
sentence it shows and a table of the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib.money import formatted

Text = str | Promise
Spec = dict[str, Any]
JAPANESE_STEPS = (
    "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, '~r') + '億'"
    " : abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',~r') + '万'"
    " : format(datum.value, ',')"
)
JAPANESE_AMOUNT = (
    "abs(datum.amount) >= 1e8 ? format(datum.amount / 1e8, '.3~r') + '億'"
    " : abs(datum.amount) >= 1e4 ? format(datum.amount / 1e4, ',.3~r') + '万'"
    " : format(datum.amount, ',.0f')"
)
# Below so many pixels a chart counts as narrow.
NARROW = 420
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


class Shown(str):
    """A figure as a page writes it, which still knows what it was rounded from.

    A share is a fraction of 1, money is in major units. Formatting or joining makes plain text.
    """

    value: Decimal | float

    def __new__(cls, words: str, value: Decimal | float) -> "Shown":
        shown = super().__new__(cls, words)
        shown.value = value
        return shown


def amount_shown(amount: Decimal, currency: str) -> Shown:
    return Shown(formatted(amount, currency), amount)


def count_shown(count: int) -> Shown:
    return Shown(f"{count:,}", count)


@dataclass(frozen=True)
class Chart:
    """`title` says the finding, `summary` is read out, `heads` and `rows` are the numbers.

    Cells are days, numbers, text, or `Shown`, which a spreadsheet takes as the number it is.
    """

    key: str
    title: Text
    summary: Text
    spec: Spec
    heads: Sequence[Text]
    rows: Sequence[Sequence[Any]]

    @property
    def script_id(self) -> str:
        return f"spec-{self.key}"


@dataclass(frozen=True)
class Look:
    """How a line over days is drawn: `shape` is line, area or step, `role` its colour."""

    unit: Text
    role: str = "@accent"
    shape: str = "line"
    height: int = 150
    top: float | None = None
    number: str = ",.0f"
    bands: tuple[tuple[float, float, str], ...] = ()


def days_spec(points: Sequence[tuple[date, Decimal | int | float | None]], look: Look) -> Spec:
    """One figure over days, from nought; a gap where there is none; hovering tells the figure."""
    values = [{"day": moment(day), "value": plain(value)} for day, value in points]
    x = day_axis([day for day, _value in points])
    y_scale: Spec = {"zero": True, "nice": True}
    if look.top is not None:
        y_scale = {"domain": [0, look.top]}
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": y_scale,
        "axis": {"tickCount": 4, **number_axis(look.number)},
    }
    tooltip = [
        {"field": "day", "type": "temporal", "format": "%x", "title": ""},
        {"field": "value", "type": "quantitative", "format": in_full(look.number),
         "title": str(look.unit)},
    ]  # fmt: skip
    mark: Spec = {"type": "line", "color": look.role, "strokeWidth": 2}
    if look.shape == "area":
        mark = {"type": "area", "color": look.role, "opacity": 0.25, "line": {"color": look.role}}
    if look.shape == "step":
        mark["interpolate"] = "step-after"
    layers: list[Spec] = [*map(band_layer, look.bands)]
    layers.append({"mark": mark, "encoding": {"x": x, "y": y}})
    # A line has no place to point at: unseen points carry what hovering tells.
    layers.append(
        {
            "mark": {"type": "point", "opacity": 0, "size": 120, "filled": True},
            "encoding": {"x": x, "y": y, "tooltip": tooltip},
        }
    )
    return framed({"data": {"values": values}, "layer": layers}, look.height)


def ranged_spec(points: Sequence[tuple[date, Any, Any, Any]], look: Look) -> Spec:
    """A figure with the range it may lie in: (day, value, low, high); a band behind the line.

    `look.shape` dots draws points with whiskers, for figures that do not run into one another.
    """
    values = [
        {"day": moment(day), "value": plain(value), "low": plain(low), "high": plain(high)}
        for day, value, low, high in points
    ]
    x = day_axis([day for day, *_figures in points])
    y: Spec = {"field": "low", "type": "quantitative", "title": None,
               "scale": {"zero": False, "nice": True},
               "axis": {"tickCount": 4, **number_axis(look.number)}}  # fmt: skip
    tooltip = [
        {"field": "day", "type": "temporal", "format": "%x", "title": ""},
        *({"field": field, "type": "quantitative", "format": look.number, "title": str(title)}
          for field, title in (("value", look.unit), ("low", _("Lower end")),
                               ("high", _("Upper end")))),
    ]  # fmt: skip
    dots = look.shape == "dots"
    band: Spec = {"type": "rule", "strokeWidth": 5, "opacity": 0.25} if dots else {
        "type": "area", "opacity": 0.15}  # fmt: skip
    line: Spec = {"type": "line", "strokeWidth": 2, "color": look.role}
    if dots:
        line |= {"point": {"filled": True, "size": 45, "color": look.role}, "strokeWidth": 1}
    value = {"field": "value", "type": "quantitative"}
    layers = [
        {"mark": band | {"color": look.role},
         "encoding": {"x": x, "y": y, "y2": {"field": "high"}}},
        {"mark": line, "encoding": {"x": x, "y": value}},
        {"mark": {"type": "point", "opacity": 0, "size": 140, "filled": True},
         "encoding": {"x": x, "y": value, "tooltip": tooltip}},
    ]  # fmt: skip
    return framed({"data": {"values": values}, "layer": layers}, look.height)


def day_axis(days: Sequence[date]) -> Spec:
    """Months for long times, days for short ones, as the language writes them."""
    is_long = bool(days) and (max(days) - min(days)).days > 200
    is_japanese = get_language() == "ja"
    short = "%-m/%-d" if is_japanese else "%-d %b"
    return {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc"},
        "title": None,
        "axis": {"format": "%b" if is_long else short, "tickCount": 6},
    }


def number_axis(number: str) -> Spec:
    """Big figures are shortened; Japanese counts in steps of ten thousand."""
    if number == "~s" and get_language() == "ja":
        return {"labelExpr": JAPANESE_STEPS}
    return {"format": number}


def in_full(number: str) -> str:
    """Axes shorten big figures; whoever points at one wants all of it."""
    return ",.0f" if number == "~s" else number


def band_layer(band: tuple[float, float, str]) -> Spec:
    """A horizontal stripe behind the line."""
    low, high, role = band
    return {
        "data": {"values": [{"low": low, "high": high}]},
        "mark": {"type": "rect", "color": role, "opacity": 0.10},
        "encoding": {
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
        },
    }


def stacked_days_spec(
    points: Sequence[tuple[date, str, Decimal | int]], order: Sequence[tuple[str, str]], height: int
) -> Spec:
    """Shares of a whole over days; `order` gives each name its colour, lowest first."""
    values: list[Spec] = [
        {"day": moment(d), "name": name, "value": plain(v)} for d, name, v in points
    ]
    names = [name for name, _role in order]
    spec = {
        "data": {"values": values},
        "mark": {"type": "area", "opacity": 0.85},
        "encoding": {
            "x": day_axis([day for day, _name, _value in points]),
            "y": {"field": "value", "type": "quantitative", "stack": "zero", "title": None,
                  "axis": {"format": ",.0f", "tickCount": 4}},
            "color": {"field": "name", "type": "nominal", "title": None, "sort": names,
                      "scale": {"domain": names, "range": [role for _name, role in order]},
                      "legend": {"orient": "top", "symbolType": "square", "columns": 3}},
            "order": {"field": "rank", "type": "quantitative"},
            "tooltip": [
                {"field": "day", "type": "temporal", "format": "%x", "title": ""},
                {"field": "name", "type": "nominal", "title": ""},
                {"field": "value", "type": "quantitative", "format": ",.0f", "title": ""},
            ],
        },
    }  # fmt: skip
    for value in values:
        value["rank"] = names.index(value["name"])
    return framed(spec, height)


def waterfall_spec(steps: Sequence[tuple[Text, Decimal, str]], height: int, number: str) -> Spec:
    """From an opening over ups and downs to a closing. The first and last step stand on nought."""
    values: list[Spec] = []
    level = Decimal(0)
    for index, (label, amount, role) in enumerate(steps):
        is_total = index in (0, len(steps) - 1)
        start = Decimal(0) if is_total else level
        level = amount if is_total else level + amount
        values.append({"label": str(label), "from": plain(start), "to": plain(level),
                       "middle": plain((start + level) / 2), "amount": plain(amount),
                       "role": role, "rank": index})  # fmt: skip
    labels = [value["label"] for value in values]
    x = {"field": "label", "type": "nominal", "sort": labels, "title": None,
         "axis": {"labelAngle": -25, "labelLimit": 90, "labelOverlap": False}}  # fmt: skip
    y_axis = {"tickCount": 4, **number_axis(number)}
    narrow = f"width < {NARROW}"
    bars = {
        "mark": {"type": "bar", "size": {"expr": f"{narrow} ? 24 : 34"}, "cornerRadius": 2,
                 "clip": True},
        "encoding": {
            "x": x,
            "y": {"field": "from", "type": "quantitative", "title": None, "axis": y_axis,
                  "scale": {"zero": False, "nice": True, "domain": around(values)}},
            "y2": {"field": "to"},
            "color": {"field": "role", "type": "nominal", "scale": None, "legend": None},
            "tooltip": [
                {"field": "label", "type": "nominal", "title": ""},
                {"field": "amount", "type": "quantitative", "format": ",.0f", "title": ""},
            ],
        },
    }  # fmt: skip
    shortened = JAPANESE_AMOUNT if get_language() == "ja" else "format(datum.amount, '.3~s')"
    text = {
        "transform": [{"calculate": shortened, "as": "shown"}],
        # On a phone neighbours of like height would touch: every other one stands higher.
        "mark": {
            "type": "text",
            "dy": {"expr": f"{narrow} && datum.rank % 2 ? -19 : -8"},
            "fontSize": {"expr": f"{narrow} ? 9 : 10"},
            "fontWeight": 600,
            "color": "@ink",
        },
        "encoding": {
            "x": x,
            "y": {"field": "high", "type": "quantitative"},
            "text": {"field": "shown", "type": "nominal"},
        },
    }
    for value in values:
        value["high"] = max(value["from"], value["to"])
    return framed({"data": {"values": values}, "layer": [bars, text]}, height)


def around(values: list[Spec]) -> list[float]:
    """The part of the axis the steps live in: totals tower over movements otherwise."""
    ends = [value["from"] for value in values[1:-1]] + [value["to"] for value in values]
    low, high = min(ends), max(ends)
    room = (high - low) or abs(high) or 1
    return [max(0.0, low - room * 0.6), high + room * 0.2]


def framed(spec: Spec, height: int) -> Spec:
    return {"$schema": SCHEMA, "width": "container", "height": height, **spec}


def moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def plain(value: Decimal | int | float | None) -> float | int | None:
    """What JSON can carry; pictures need no exact decimals."""
    return float(value) if isinstance(value, Decimal) else value
