"""What is done to tasks, each by its own address. A lost race is said, not hidden."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from customers.forms import MoveForm, SnoozeForm
from customers.models import Task
from customers.views.sending_forms import back
from lib import days
from lib.paging import row_key

MOST_AT_ONCE = 500


def named(task: Task) -> str:
    """What a message calls it: many tasks have the same words, so the customer goes along."""
    return f"{task} · {task.customer}" if task.customer else str(task)


def tell(request: HttpRequest, *, won: bool, success: str) -> HttpResponse:
    if won:
        messages.success(request, success)
    else:
        messages.warning(request, _("Somebody else changed this task meanwhile."))
    return back(request, "customers:task_list")


@login_required
@permission_needed(Permission.WORK)
@require_POST
def task_done(request: HttpRequest, task: int) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=task)
    won = found.mark_done(by=request.user)
    return tell(request, won=won, success=_("Done: %(task)s") % {"task": named(found)})


@login_required
@permission_needed(Permission.WORK)
@require_POST
def task_reopen(request: HttpRequest, task: int) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=task)
    return tell(
        request, won=found.reopen(), success=_("Open again: %(task)s") % {"task": named(found)}
    )


@login_required
@permission_needed(Permission.WORK)
@require_POST
def task_drop(request: HttpRequest, task: int) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=task)
    return tell(request, won=found.drop(), success=_("Dropped: %(task)s") % {"task": named(found)})


@login_required
@permission_needed(Permission.WORK)
@require_POST
def task_move(request: HttpRequest, task: int) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=task)
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This is not a day; write it as 2026-04-30, or leave it empty."))
        return back(request, "customers:task_list")
    day = form.cleaned_data["due_on"]
    said = _("Due %(day)s: %(task)s") if day else _("Without a day: %(task)s")
    names = {"day": day and date_format(day, "SHORT_DATE_FORMAT"), "task": named(found)}
    return tell(request, won=found.move(day), success=said % names)


@login_required
@permission_needed(Permission.WORK)
@require_POST
def task_snooze(request: HttpRequest, task: int) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=task)
    form = SnoozeForm(request.POST)
    if not form.is_valid() or form.cleaned_data["until"] < days.today():
        messages.error(request, _("To snooze, give a day from today on, and a reason."))
        return back(request, "customers:task_list")
    until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
    won = found.snooze(until=until, reason=reason)
    return tell(request, won=won, success=_("Asleep: %(task)s") % {"task": named(found)})


@login_required
@permission_needed(Permission.WORK)
@require_POST
def task_bulk_done(request: HttpRequest) -> HttpResponse:
    asked = request.POST.getlist("task")[:MOST_AT_ONCE]
    keys = [key for text in asked if (key := row_key(text)) is not None]
    chosen = Task.objects.visible_to(request.user).open().filter(pk__in=keys)
    count = sum(task.mark_done(by=request.user) for task in chosen)
    if count:
        said = ngettext("%(n)s task is done.", "%(n)s tasks are done.", count) % {"n": count}
        messages.success(request, said)
    else:
        messages.error(request, _("Choose at least one open task."))
    return back(request, "customers:task_list")
