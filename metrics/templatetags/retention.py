"""Cells of cohort triangles: a colour for the share, the share as text, and the way to its rows."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from metrics.retention.cohorts import Cell

register = template.Library()
EMPTY = mark_safe('<td class="heat-none"></td>')


def heat(share: float) -> str:
    """The steps are finer above one half, where most cohorts live."""
    if share > 1:
        return "heat-over"
    step = int(share * 5) if share < 0.6 else 3 + int((share - 0.6) / 0.4 * 6)
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
