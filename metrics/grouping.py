"""A question asked about each group: by segment, CSM, touch tier or plan, or month by month.

The groups are those the traits knew in the period, so that customers who have left since are in
one. With traits that were the same on the day a figure takes them, the groups part all customers.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer
from lib.days import add_months
from lib.periods import month_of
from metrics.models import CustomerTrait, RevenueMovement
from metrics.question import Question
from metrics.revenue.two_clocks import TooMuchToRecallError, as_known

GROUPINGS = ("segment", "csm", "touch", "plan", "month")
MOST_GROUPS = 120
WITHOUT: dict[str, Promise] = {
    "segment": _("Without segment"),
    "csm": _("Without CSM"),
    "touch": _("Without touch tier"),
    "plan": _("Without plan"),
}
Group = tuple[str, str | Promise, Question]


class TooManyGroupsError(ValueError):
    """More groups than anybody reads; narrow the question first."""


def groups_of(question: Question, by: str) -> list[Group]:
    """Key, name and question of each group, in the order of their names; months in time."""
    found = {
        "segment": _segments, "csm": _csms, "touch": _touches, "plan": _plans, "month": _months
    }[by](question)  # fmt: skip
    if len(found) > MOST_GROUPS:
        raise TooManyGroupsError(by)
    return found


def names_of(by: str, keys: Iterable[Any]) -> dict[Any, str]:
    """What the groups of such keys are called; "" (or 0 for the CSM) are those without one."""
    known: dict[Any, Any] = {}
    if by == "csm":
        known = {person.pk: person for person in User.objects.filter(pk__in=[k for k in keys if k])}
    if by == "touch":
        known = dict(Customer.Touch.choices)
    return {key: str(known.get(key, key) if key else WITHOUT[by]) for key in keys}


def _ruled(question: Question) -> QuerySet[CustomerTrait]:
    """Traits that ruled on some day of the period, or on the day before it."""
    ruled = CustomerTrait.objects.filter(since__lt=question.end)
    return ruled.exclude(until__lt=question.start).order_by()


def _segments(question: Question) -> list[Group]:
    names = sorted(_ruled(question).values_list("segment", flat=True).distinct())
    return [(n, n or WITHOUT["segment"], question.about(segment=n)) for n in names]


def _csms(question: Question) -> list[Group]:
    keys = {key or 0 for key in _ruled(question).values_list("csm_id", flat=True).distinct()}
    people = {person.pk: str(person) for person in User.objects.filter(pk__in=keys)}
    groups: list[Group] = [
        (str(key), people.get(key) or WITHOUT["csm"], question.about(csm=key)) for key in keys
    ]
    return sorted(groups, key=lambda group: str(group[1]))


def _touches(question: Question) -> list[Group]:
    return [(t.value, t.label, question.about(touch=t.value)) for t in Customer.Touch]


def _plans(question: Question) -> list[Group]:
    """Those of the books that are asked for; none where these take too long to work out."""
    booked = RevenueMovement.objects.filter(day__lt=question.end).order_by()
    plans = {""}
    with suppress(TooMuchToRecallError), as_known(question):
        plans |= {*booked.values_list("plan", flat=True).distinct()}
    return [(plan, plan or WITHOUT["plan"], question.about(plan=plan)) for plan in sorted(plans)]


def _months(question: Question) -> list[Group]:
    """The months the period touches, up to the running one, each whole."""
    months: list[date] = []
    month = question.start.replace(day=1)
    while month < question.end:
        months.append(month)
        month = add_months(month, 1)
    return [(f"{m:%Y-%m}", f"{m:%Y-%m}", question.about(period=month_of(m))) for m in months]
