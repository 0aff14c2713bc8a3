"""The lines of the Customers page, written in one go.

Fifty times of everything: a template looks each name up through all that surrounds it, which takes
three times as long as reading the customers does.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from html import escape
from types import SimpleNamespace
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from customers.models import Customer
from metrics.models import Snapshot
from metrics.templatetags.figures import (
    ago,
    figure,
    health,
    money_short,
    na,
    short_day,
    spark,
    trend,
    until,
)

register = template.Library()

# What stands for a snapshot where no night has made one yet: all of it is unknown.
NO_FIGURES: Any = SimpleNamespace(
    **{field.name: "" for field in Snapshot._meta.concrete_fields}, usage_change=""
)


@register.simple_tag
def portfolio_lines(
    customers: Iterable[Customer], *, columns: Collection[str], today: date, may_pick: bool
) -> SafeString:
    """A line for each customer, with the chosen columns in the order of the table's head."""
    cells = [cell for name, cell in CELLS.items() if name in columns]
    box = _("Choose %(name)s") if may_pick else ""
    lines = [_line(customer, cells, today, box) for customer in customers]
    return mark_safe("".join(lines))  # noqa: S308  # names and words are escaped, figures need not be


def _line(customer: Customer, cells: "list[Cell]", today: date, box: str) -> str:
    snapshot = getattr(customer, "snapshot", NO_FIGURES)
    shown = "".join([cell(customer, snapshot, today) for cell in cells])
    return f"<tr data-row>{_box(customer, box) if box else ''}{_name(customer)}{shown}</tr>"


def _box(customer: Customer, label: str) -> str:
    """The box that chooses a line of the list."""
    said = escape(label % {"name": customer.name})
    return (
        f'<td><input class="form-check-input" type="checkbox" name="customer" value="{customer.pk}"'
        f' form="bulk" data-pick aria-label="{said}"></td>'
    )


def _name(customer: Customer) -> str:
    segment = f"{escape(customer.segment)} · " if customer.segment else ""
    return (
        f'<td class="clip"><a class="row-title" href="{escape(customer.get_absolute_url())}">'
        f'{escape(customer.name)}</a> <span class="row-note">{segment}'
        f"{escape(customer.standing)}</span></td>"
    )


def _health(_customer: Customer, snapshot: Snapshot, _today: date) -> str:
    stale = ""
    if snapshot.stale_since:
        stale = f' <span class="pill pill-warn">{escape(_("out of date"))}</span>'
    return (
        f'<td class="nowrap">{health(snapshot.health_band, snapshot.health_score)}'
        f" {trend(snapshot.health_change_7)}{stale}</td>"
    )


def _arr(_customer: Customer, snapshot: Snapshot, _today: date) -> str:
    return f'<td class="num">{money_short(snapshot.annual_value)}</td>'


def _renewal(_customer: Customer, snapshot: Snapshot, today: date) -> str:
    if not snapshot.renews_on:
        return f'<td class="nowrap">{na()}</td>'
    left = escape(until(snapshot.renews_on, today))
    day = escape(short_day(snapshot.renews_on))
    return f'<td class="nowrap">{day}<span class="row-note">{left}</span></td>'


def _nps(_customer: Customer, snapshot: Snapshot, _today: date) -> str:
    return f'<td class="num">{figure(snapshot.nps_score)}</td>'


def _usage(customer: Customer, snapshot: Snapshot, _today: date) -> str:
    uses = customer.uses  # type: ignore[attr-defined]  # left by `portfolio_page`
    return (
        f'<td class="nowrap">{spark(uses)} <span class="text-secondary">'
        f'{figure(snapshot.usage_28)}</span><span class="row-note">'
        f"{trend(snapshot.usage_change)}</span></td>"
    )


def _touch(customer: Customer, _snapshot: Snapshot, today: date) -> str:
    return f'<td class="nowrap">{escape(ago(customer.last_touch_at, today))}</td>'


def _csm(customer: Customer, _snapshot: Snapshot, _today: date) -> str:
    return f'<td class="nowrap">{escape(str(customer.csm or "–"))}</td>'


Cell = Callable[[Customer, Snapshot, date], str]
# By the names of `customers.forms.COLUMNS`, in the order of the table's head.
CELLS: dict[str, Cell] = {
    "health": _health, "arr": _arr, "renewal": _renewal, "nps": _nps, "usage": _usage,
    "touch": _touch, "csm": _csm,
}  # fmt: skip
