from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from customers.forms import TouchpointForm
from customers.models import Customer, SubscriptionVersion
from lib import days
from metrics.customer_charts import customer_pictures
from metrics.health.explaining import explain_latest, score_delta
from metrics.models import Alert, Snapshot
from metrics.retention.lost import standing_of
from metrics.timeline import Kind, timeline

Context = dict[str, object]


def found(request: HttpRequest, customer: int) -> Customer:
    visible = Customer.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("csm", "team", "parent"), pk=customer)


@never_cache
@login_required
@require_safe
def customer_detail(request: HttpRequest, customer: int) -> HttpResponse:
    shown, today = found(request, customer), days.today()
    snapshot = Snapshot.objects.filter(customer=shown).first()
    context = {
        "customer": shown,
        "snapshot": snapshot,
        "today": today,
        "week_on": today + timedelta(days=7),
        "form": TouchpointForm(),
        "may_edit": request.user.may(Permission.EDIT_CUSTOMERS),
        "may_work": request.user.may(Permission.WORK),
        "contacts": shown.contacts.filter(left_at__isnull=True),
        "tasks": shown.tasks.open().select_related("assignee").order_by("due_on", "pk")[:20],
        "alerts": open_alerts(shown),
        "lost": standing_of(shown),
        **health_of(shown, snapshot),
        **contract_of(shown, today),
        **happened(request, shown),
    }
    return render(request, "customers/customer_detail.html", context)


@never_cache
@login_required
@require_safe
def customer_charts(request: HttpRequest, customer: int) -> HttpResponse:
    """A part of the customer page that comes later; a page of its own without script."""
    shown = found(request, customer)
    context = {"customer": shown, "charts": customer_pictures(shown, days.today())}
    part = "customers/_customer_charts.html" if request.htmx else "customers/customer_charts.html"
    return render(request, part, context)


@never_cache
@login_required
@require_safe
def customer_timeline(request: HttpRequest, customer: int) -> HttpResponse:
    """What happened: older lines, or lines of one kind; a page of its own without script."""
    shown = found(request, customer)
    context = {"customer": shown, "today": days.today(), **happened(request, shown)}
    part = "customers/_timeline.html" if request.htmx else "customers/customer_timeline.html"
    return render(request, part, context)


def happened(request: HttpRequest, customer: Customer) -> Context:
    kind = request.GET.get("show", "")
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        before = None
    if before is not None and before.tzinfo is None:
        before = None
    return {
        "timeline": timeline(customer, kind=kind, before=before),
        "kinds": Kind.choices,
        "shown_kind": kind if kind in Kind.values else "",
    }


def health_of(customer: Customer, snapshot: Snapshot | None) -> Context:
    """Why the score is what it is, and why it moved in the last week."""
    explanation = explain_latest(customer.pk)
    if explanation is None or snapshot is None:
        return {"explanation": explanation, "delta": None}
    week_before = explanation.day - timedelta(days=7)
    return {
        "explanation": explanation,
        "delta": score_delta(customer.pk, week_before, explanation.day),
    }


def contract_of(customer: Customer, today: date) -> Context:
    versions = SubscriptionVersion.objects.filter(subscription__customer=customer)
    keys = list(versions.in_force_on(today).values_list("pk", flat=True))
    rules = SubscriptionVersion.objects.filter(pk__in=keys).select_related("subscription__product")
    unpaid = customer.purchases.filter(paid_on__isnull=True, due_on__lt=today)
    return {"subscriptions": rules.order_by("renews_on", "pk"), "unpaid": unpaid[:5]}


def open_alerts(customer: Customer) -> object:
    still = Alert.objects.filter(customer=customer, settled_at=None, dismissed_at=None)
    return still.order_by("-raised_at", "-pk")[:20]
