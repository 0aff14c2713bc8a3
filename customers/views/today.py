from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Permission
from customers.forms import TouchpointForm
from customers.models import Customer, Task
from customers.whose import Whose, choices_of, people_of, whose
from lib import days
from lib.paging import row_key
from metrics.day_plan import day_plan, renewing_soon
from metrics.models import Alert, CompanyDay, Snapshot
from metrics.standing import company_standing, standing_of
from surveys.models import Response

Context = dict[str, object]
MINUTES_CHOICES = (15, 30, 60)
# What stands beside the plan is read with the columns it shows.
RENEWAL = ["health_band", "annual_value", "renews_on", "customer__name"]
ANSWER = ["score", "comment", "answered_at", "customer__name", "contact__name", "contact__email",
          "contact__external_id", "survey__kind"]  # fmt: skip
AHEAD = ["title", "reason", "due_on", "customer__name"]
# Of 100 customers each, about as many as are quicker sorted than sought among all.
FEW = 50


@never_cache
@login_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    user, day = request.user, days.today()
    default = Whose.MINE if user.is_csm else Whose.ALL
    # Who sees only her own customers has nothing to switch.
    choices = choices_of(user) if user.sees_every_customer else []
    scope = whose(user, request.GET.get("scope"), default=default) if choices else default
    people = people_of(user, scope)
    tasks = Task.objects.visible_to(user)
    standing = company_standing(day) if people is None else standing_of(people, day)
    plan = day_plan(tasks if people is None else tasks.assigned_to(people), day=day)
    minutes = minutes_asked(request)
    context = {
        "plan": plan.within(minutes) if minutes else plan,
        "minutes": minutes,
        "is_new_here": not plan.lines and standing is None and not Customer.objects.exists(),
        "may_import": user.may(Permission.IMPORT),
        "minutes_choices": MINUTES_CHOICES,
        "standing": standing,
        "has_closed_day": standing is None and CompanyDay.objects.exists(),
        "scope": scope,
        "choices": choices,
        "may_work": user.may(Permission.WORK),
        "form": TouchpointForm(),
        "today": day,
        "week_on": day + timedelta(days=7),
        "half_year_on": day + timedelta(days=182),
        **beside(user, people, day),
    }
    return render(request, "customers/today.html", context)


def minutes_asked(request: HttpRequest) -> int | None:
    """How long somebody has; None, when she has not said so in one of the choices."""
    asked = request.GET.get("minutes", "")
    return int(asked) if asked in map(str, MINUTES_CHOICES) else None


def beside(user: User, people: list[int] | None, day: date) -> Context:
    """Renewals, answers that wait for a reply, and one's own tasks of the next days."""
    snapshots = Snapshot.objects.visible_to(user)
    answers = Response.objects.visible_to(user).filter(
        Q(task__isnull=False, task__done_at__isnull=True, task__dropped_at__isnull=True)
        | Q(pk__in=alerted_answers(user))
    )
    if people is not None:
        snapshots = snapshots.filter(customer__csm__in=people)
        answers = answers.filter(customer__csm__in=people)
    ahead = Task.objects.visible_to(user).assigned_to([user.pk]).awake_on(day)
    are_few = not user.sees_every_customer or (people is not None and len(people) <= FEW)
    answers = answers.select_related("customer", "contact", "survey").only(*ANSWER)
    ahead = ahead.select_related("customer").only(*AHEAD)
    return {
        "renewals": renewing_soon(snapshots, day=day, of_few=are_few).only(*RENEWAL)[:8],
        "answers": answers.order_by("-answered_at")[:5],
        "ahead": ahead.order_by(F("due_on").asc(nulls_last=True))[:6],
    }


def alerted_answers(user: User) -> list[int]:
    """Unhappy answers the night found, and whose task is still open; an alert names its answer."""
    waiting = Alert.objects.visible_to(user).filter(
        kind=Alert.Kind.DETRACTOR, settled_at=None, dismissed_at=None, task__isnull=False,
        task__done_at=None, task__dropped_at=None,
    )  # fmt: skip
    subjects = waiting.order_by("-raised_at").values_list("subject", flat=True)[:50]
    return [key for subject in subjects if (key := row_key(subject.removeprefix("response:")))]
