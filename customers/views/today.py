from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Permission
from customers.forms import TouchpointForm
from customers.models import Task
from lib import days
from lib.paging import row_key
from metrics.day_plan import day_plan, renewing_soon
from metrics.models import Alert, Snapshot
from metrics.standing import company_standing, own_standing
from surveys.models import Response

Context = dict[str, object]


@never_cache
@login_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    user, day = request.user, days.today()
    may_switch = user.sees_every_customer
    asked = request.GET.get("scope")
    is_team = may_switch and (asked == "team" or (asked != "mine" and not user.is_csm))
    tasks = Task.objects.visible_to(user)
    context = {
        "plan": day_plan(tasks if is_team else tasks.filter(assignee=user), day=day),
        "standing": company_standing(day) if is_team else own_standing(user, day),
        "scope": "team" if is_team else "mine",
        "may_switch": may_switch,
        "may_work": user.may(Permission.WORK),
        "form": TouchpointForm(),
        "today": day,
        "week_on": day + timedelta(days=7),
        "half_year_on": day + timedelta(days=182),
        **beside(request, is_team=is_team),
    }
    return render(request, "customers/today.html", context)


def beside(request: HttpRequest, *, is_team: bool) -> Context:
    """Renewals, answers that wait for a reply, and one's own tasks of the next days."""
    user, day = request.user, days.today()
    snapshots = Snapshot.objects.visible_to(user)
    answers = Response.objects.visible_to(user).filter(
        Q(task__isnull=False, task__done_at__isnull=True, task__dropped_at__isnull=True)
        | Q(pk__in=alerted_answers(user))
    )
    if not is_team:
        snapshots = snapshots.filter(customer__csm=user)
        answers = answers.filter(customer__csm=user)
    ahead = Task.objects.visible_to(user).filter(assignee=user).awake_on(day)
    return {
        "renewals": renewing_soon(snapshots, day=day)[:8],
        "answers": answers.select_related("customer", "contact").order_by("-answered_at")[:5],
        "ahead": ahead.select_related("customer").order_by(F("due_on").asc(nulls_last=True))[:6],
    }


def alerted_answers(user: User) -> list[int]:
    """Unhappy answers the night found, and whose task is still open; an alert names its answer."""
    waiting = Alert.objects.visible_to(user).filter(
        kind=Alert.Kind.DETRACTOR, settled_at=None, dismissed_at=None, task__isnull=False,
        task__done_at=None, task__dropped_at=None,
    )  # fmt: skip
    subjects = waiting.order_by("-raised_at").values_list("subject", flat=True)[:50]
    return [key for subject in subjects if (key := row_key(subject.removeprefix("response:")))]
