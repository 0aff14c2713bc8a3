"""Open tasks as cards, a column for each time they are due. What is moved is due on another day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from customers.models import Task
from customers.whose import Whose, choices_of, people_of, whose
from lib import days

# More than anybody looks through; the list has them all.
MOST_CARDS = 40


@dataclass
class Column:
    """Tasks whose day fits. A card that is dropped here is due on `day`, or on none where that is
    empty; where it is None no cards are taken."""

    key: str
    title: str
    fits: Q
    day: date | str | None
    count: int = 0
    tasks: tuple[Task, ...] = ()

    @property
    def takes_cards(self) -> bool:
        return self.day is not None


@never_cache
@login_required
@require_safe
def task_board(request: HttpRequest) -> HttpResponse:
    today = days.today()
    scope = whose(request.user, request.GET.get("scope"), default=Whose.MINE)
    context = {
        "columns": filled(columns_on(today), request, scope),
        "scope": scope,
        "choices": choices_of(request.user),
        "today": today,
        "week_on": today + timedelta(days=7),
        "may_work": request.user.may(Permission.WORK),
    }
    return render(request, "customers/task_board.html", context)


def columns_on(today: date) -> list[Column]:
    week_on = today + timedelta(days=7)
    return [
        Column("overdue", _("Overdue"), Q(due_on__lt=today), None),
        Column("today", _("Today"), Q(due_on=today), today),
        Column("week", _("Next 7 days"), Q(due_on__gt=today, due_on__lte=week_on), week_on),
        Column("later", _("Later"), Q(due_on__gt=week_on), today + timedelta(days=30)),
        Column("without", _("Without a day"), Q(due_on=None), ""),
    ]


def filled(columns: list[Column], request: HttpRequest, scope: Whose) -> list[Column]:
    """Each with its first cards, the most urgent on top, and with how many there are."""
    tasks = Task.objects.visible_to(request.user).awake_on(days.today())
    if (people := people_of(request.user, scope)) is not None:
        tasks = tasks.assigned_to(people)
    counts = tasks.aggregate(**{each.key: Count("pk", filter=each.fits) for each in columns})
    ordered = tasks.select_related("customer", "assignee").order_by("priority", "due_on", "pk")
    for column in columns:
        column.count = counts[column.key]
        column.tasks = tuple(ordered.filter(column.fits)[:MOST_CARDS]) if column.count else ()
    return columns
