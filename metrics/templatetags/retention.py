"""Cells of cohort triangles: a colour for the share, the share as text, and the way to its rows."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from customers.models import WinBack
from metrics.retention import standing
from metrics.retention.cohorts import Cell

register = template.Library()
register.filter("reason_in_words", standing.reason_in_words)
STANDING_MARKS = {"won_back": "pill-good", "contacted": "pill-info", "given_up": "pill-bad"}
EMPTY = mark_safe('<td class="heat-none"></td>')


def heat(share: float) -> str:
    """The steps are finer above four fifths, where most cohorts live."""
    if share > 1:
        return "heat-over"
    step = int(share * 5) if share < 0.8 else 4 + int((share - 0.8) * 25 + 0.5)
    return f"heat-{min(step, 9)}"


@register.simple_tag
def cohort_cell(cell: Cell | None, address: str = "") -> SafeString:
    """A cell of the table: its title tells the operands, it leads to its customers."""
    if cell is None:
        return EMPTY
    if not cell.is_shown or cell.share is None:
        return format_html(
            '<td class="heat-none" title="{}">–</td>', _("Fewer than 5 customers: no share.")
        )
    shown = f"{cell.share * 100:.0f}%"
    inside = format_html('<a href="{}">{}</a>', address, shown) if address else shown
    return format_html(
        '<td class="{}" title="{}">{}</td>', heat(float(cell.share)), words(cell), inside
    )


def words(cell: Cell) -> str:
    if cell.interval is None:
        return _("%(n)s customers joined.") % {"n": f"{cell.size:,}"}
    return _("%(kept)s of %(size)s customers; 95%% range %(low)s to %(high)s.") % {
        "kept": f"{cell.kept:,}",
        "size": f"{cell.size:,}",
        "low": f"{cell.interval.low:.0%}",
        "high": f"{cell.interval.high:.0%}",
    }


@register.inclusion_tag("metrics/_win_back.html", takes_context=True)
def win_back(
    context: dict[str, Any], customer_id: int, state: str, note: str = ""
) -> dict[str, Any]:
    """Where a lost customer stands, and for who may work the form to note it."""
    return {
        "csrf_token": context.get("csrf_token"),
        "customer_id": customer_id,
        "state": state,
        "label": standing.standing_in_words(state),
        "mark": STANDING_MARKS.get(state, ""),
        "note": note,
        "states": WinBack.State.choices,
        "may_work": context.get("may_work"),
        "back": context["request"].get_full_path(),
    }
