"""The tables of each report: those of the page it stands for, with all their rows."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from metrics.adoption import adoptions_of
from metrics.catalogue import BY_CODE
from metrics.engagement_figures import engaged
from metrics.grouping import names_of
from metrics.loyalty.answers import NPS
from metrics.loyalty.verdicts import Compared, compared_by_groups
from metrics.models import CustomerValue
from metrics.models.report import Subject
from metrics.question import Question
from metrics.reports.content import Measured, Table
from metrics.retention.cohorts import Cell, triangle
from metrics.retention.fitted import fitted_by_segment
from metrics.retention.lost import (
    Group,
    LostCustomer,
    lost_by_reason,
    lost_by_tenure,
    lost_by_trait,
    lost_customers,
)
from metrics.retention.standing import reason_in_words, standing_in_words
from metrics.revenue.groups import money_by
from metrics.revenue.moves import largest_moves
from metrics.revenue.rates import money_of

Tables = list[Table]
COHORTS = 12
MOST_LOST_PAGES = 100


def share(value: Any, question: Question) -> Measured | None:
    return None if value is None else Measured(BY_CODE["logo_churn"], value, question)


def money(value: Any, question: Question) -> Measured | None:
    """An amount in the reporting currency, as one in the currency asked for."""
    factor, currency = money_of(question)
    if value is None:
        return None
    return Measured(BY_CODE["mrr"], value * factor, question.about(currency=currency))


def groups(question: Question, by: str, title: str) -> Table:
    found = money_by(question, by)
    names = names_of(by, [group.key for group in found])
    rows = [
        (names[group.key], money(group.mrr, question), share(group.share, question),
         money(group.change, question), share(group.nrr, question), group.customers)
        for group in found
    ]  # fmt: skip
    heads = [_("Group"), _("MRR"), _("Share"), _("Change in the period"), _("NRR, 12 months"),
             _("Customers")]  # fmt: skip
    return Table(title, heads, rows)


def moves(question: Question, owner: User) -> Table:
    rows = [
        (move.name, f"{move.kind_in_words} {move.reason_in_words}".strip(), move.day,
         money(move.amount, question))
        for move in largest_moves(question, owner)
    ]  # fmt: skip
    heads = [_("Customer"), _("Kind"), _("Day"), _("Change of MRR")]
    return Table(_("Largest moves"), heads, rows)


def revenue(question: Question, owner: User) -> Tables:
    return [groups(question, "segment", _("MRR by segment")),
            groups(question, "plan", _("MRR by plan")),
            groups(question, "csm", _("MRR by CSM")), moves(question, owner)]  # fmt: skip


def retention(question: Question, owner: User) -> Tables:
    """The cohorts of the last twelve months; a cell below five customers is empty."""
    found = triangle(question, months=COHORTS)
    lines: list[tuple[str, int, Sequence[Cell | None]]] = [
        (f"{cohort.month:%Y-%m}", cohort.size, cohort.cells) for cohort in found.cohorts
    ]
    lines.append((_("Average, by size"), sum(c.size for c in found.cohorts), found.average))
    rows = [
        (name, size, *(share(cell.share, question) if cell and cell.is_shown else None
                       for cell in cells))
        for name, size, cells in lines
    ]  # fmt: skip
    heads = [_("First paid"), _("Joined"), *[str(age) for age in found.ages]]
    return [Table(_("Cohorts: customers who pay so many months later"), heads, rows),
            modelled(question)]  # fmt: skip


def modelled(question: Question) -> Table:
    """What a model of each segment expects, beside what was observed (LTV-4, LTV-6)."""
    rows = [
        (name, fitted.customers, month, *(share(found, question) for found in fitted.at(month)))
        for name, fitted in fitted_by_segment(question)
        for month in (12, 24, 36, 60)
    ]
    heads = [_("Segment"), _("Customers"), _("Months"), _("Expected"), _("Observed")]
    return Table(_("How long customers stay, by segment"), heads, rows)


def churn(question: Question, owner: User) -> Tables:
    reasons = [
        (reason_in_words(reason), n, money(mrr, question))
        for reason, n, mrr in lost_by_reason(question)
    ]
    return [
        Table(_("Why they left"), [_("Reason"), _("Customers"), _("MRR lost")], reasons),
        lost_groups(question, _("By time as a customer"), lost_by_tenure(question)),
        lost_groups(question, _("By segment"), lost_by_trait(question, "segment")),
        left(question, owner),
    ]


def lost_groups(question: Question, title: str, found: list[Group]) -> Table:
    rows = [
        (str(group.label), group.start, group.lost,
         share(group.rate.value if group.start >= 5 else None, question),
         money(group.mrr, question))
        for group in found
    ]  # fmt: skip
    heads = [_("Before the period"), _("Customers"), _("Lost"), _("Logo churn"), _("MRR lost")]
    return Table(title, heads, rows)


def left(question: Question, owner: User) -> Table:
    """Everybody who was lost, of those the owner may see."""
    lines: list[LostCustomer] = []
    for number in count(1):
        page = lost_customers(question, owner, number)
        lines += page.rows
        if not page.has_next or number == MOST_LOST_PAGES:
            break
    rows = [
        (line.name, line.lost_on, money(line.mrr, question), line.months,
         reason_in_words(line.reason), standing_in_words(line.standing))
        for line in lines
    ]  # fmt: skip
    heads = [_("Customer"), _("Lost on"), _("MRR lost"), _("Months as a customer"), _("Reason"),
             _("Win-back")]  # fmt: skip
    return Table(_("Customers who left"), heads, rows)


def loyalty(question: Question, owner: User) -> Tables:
    found = compared_by_groups(NPS, question)
    return [heard(question, "segment", _("NPS by segment"), found["segment"]),
            heard(question, "csm", _("NPS by CSM"), found["csm"])]  # fmt: skip


def heard(question: Question, by: str, title: str, found: list[Compared]) -> Table:
    names = names_of(by, [line.name for line in found])
    nps = BY_CODE["nps"]
    rows = [
        (names[line.name],
         *(Measured(nps, figure.value, question)
           if figure.is_shown and figure.value is not None else None
           for figure in (line.now, line.before)),
         line.now.n, str(line.in_words))
        for line in found
    ]  # fmt: skip
    heads = [_("Group"), _("NPS"), _("Before"), _("Answers"), _("Change")]
    return Table(title, heads, rows)


def value(question: Question, owner: User) -> Tables:
    """Customers served in another tier than their value suggests, of those the owner may see."""
    asked = question.narrowed(CustomerValue.objects.visible_to(owner).moved(), question.day)
    rows = [
        (line.customer.name, line.customer.get_touch_display(), line.get_suggested_display(),
         money(line.net_value, question), money(line.cost_to_serve, question))
        for line in asked.select_related("customer")
    ]  # fmt: skip
    heads = [_("Customer"), _("Now"), _("Suggested"), _("Net value"), _("Cost to serve a month")]
    return [Table(_("Suggested touch tiers"), heads, rows)]


def engagement(question: Question, owner: User) -> Tables:
    rows = [
        (str(line.feature), line.eligible, share(line.used.value, question),
         share(line.adopted.value, question))
        for line in adoptions_of(engaged(question))
    ]  # fmt: skip
    heads = [_("Feature"), _("Customers who could"), _("Used it"), _("Adopted it")]
    return [Table(_("Adoption by feature"), heads, rows)]


def board(question: Question, owner: User) -> Tables:
    return [groups(question, "segment", _("MRR by segment")), *churn(question, owner)[::3]]


TABLES: dict[str, Callable[[Question, User], Tables]] = {
    Subject.BOARD: board,
    Subject.REVENUE: revenue,
    Subject.RETENTION: retention,
    Subject.CHURN: churn,
    Subject.LOYALTY: loyalty,
    Subject.VALUE: value,
    Subject.ENGAGEMENT: engagement,
}
