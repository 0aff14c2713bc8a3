from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from customers.models import Task
from customers.whose import Whose, choices_of, people_of, whose
from lib import days
from lib.paging import page_number, page_of

STATES = ("open", "asleep", "closed")


@never_cache
@login_required
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    today, state = days.today(), request.GET.get("state", "")
    state = state if state in STATES else STATES[0]
    scope = whose(request.user, request.GET.get("scope"), default=Whose.MINE)
    by = "customer" if request.GET.get("by") == "customer" else "due"
    page = page_of(tasks_in(request, state, scope, by), page_number(request.GET.get("page", "")))
    for task in page.rows:
        task.group = (
            str(task.customer or _("No customer")) if by == "customer" else due(task, today)
        )
    context = {
        "page": page,
        "tasks": page.rows,
        "state": state,
        "scope": scope,
        "choices": choices_of(request.user),
        "by": by,
        "today": today,
        "week_on": today + timedelta(days=7),
        "may_work": request.user.may(Permission.WORK),
    }
    return render(request, "customers/task_list.html", context)


def tasks_in(request: HttpRequest, state: str, scope: Whose, by: str) -> "QuerySet[Task]":
    tasks = Task.objects.visible_to(request.user).select_related("customer", "assignee", "done_by")
    if (people := people_of(request.user, scope)) is not None:
        tasks = tasks.assigned_to(people)
    if state == "closed":
        return tasks.exclude(done_at=None, dropped_at=None).order_by("-created_at", "-pk")
    tasks = tasks.awake_on(days.today()) if state == "open" else tasks.asleep_on(days.today())
    order = ["customer__name", "due_on", "pk"] if by == "customer" else ["due_on", "pk"]
    return tasks.order_by(*order)


def due(task: Task, today: date) -> str:
    """The heading a task stands under."""
    if not task.is_open:
        return _("Closed")
    if task.due_on is None:
        return _("Without a day")
    if task.due_on < today:
        return _("Overdue")
    if task.due_on == today:
        return _("Today")
    return _("Next 7 days") if task.due_on <= today + timedelta(days=7) else _("Later")
