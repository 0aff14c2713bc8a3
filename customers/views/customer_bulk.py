"""What is done to many customers at once: hand over, regroup, open tasks, take out as a file."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import Permission, permission_needed
from customers.exporting import csv_lines
from customers.forms import BulkTaskForm, PortfolioForm
from customers.models import Customer, Task
from customers.segments import known_segments
from customers.views.sending_forms import back
from lib import days
from lib.paging import row_key
from metrics.portfolio import in_chunks, ordered_keys

MOST_AT_ONCE = 1_000
HEADS = ["external_id", "name", "kana", "domain", "segment", "stage", "touch", "csm", "industry",
         "country", "currency", "started_on", "churned_on", "last_touch_on", "as_of", "health",
         "band", "coverage", "mrr", "renews_on", "nps"]  # fmt: skip


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_POST
def customer_assign(request: HttpRequest) -> HttpResponse:
    chosen = chosen_keys(request)
    csm = (
        User.objects.visible_to(request.user)
        .csms()
        .filter(pk=row_key(request.POST.get("csm", "")))
        .first()
    )
    if not chosen or csm is None:
        messages.error(request, _("Choose at least one customer, and a CSM."))
        return back(request, "customers:customer_list")
    moved = (
        Customer.objects.visible_to(request.user)
        .filter(pk__in=chosen)
        .update(csm=csm, updated_at=timezone.now())
    )
    messages.success(
        request,
        ngettext(
            "%(n)s customer is now looked after by %(csm)s.",
            "%(n)s customers are now looked after by %(csm)s.",
            moved,
        )
        % {"n": moved, "csm": csm},
    )
    return back(request, "customers:customer_list")


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_POST
def customer_segment(request: HttpRequest) -> HttpResponse:
    """Put the chosen customers into one of the segments there are."""
    chosen, segment = chosen_keys(request), request.POST.get("segment", "")
    if not chosen or segment not in known_segments():
        messages.error(request, _("Choose at least one customer, and a segment."))
        return back(request, "customers:customer_list")
    moved = (
        Customer.objects.visible_to(request.user)
        .filter(pk__in=chosen)
        .update(segment=segment, updated_at=timezone.now())
    )
    messages.success(
        request,
        ngettext(
            "%(n)s customer is now in the segment %(segment)s.",
            "%(n)s customers are now in the segment %(segment)s.",
            moved,
        )
        % {"n": moved, "segment": segment},
    )
    return back(request, "customers:customer_list")


@login_required
@permission_needed(Permission.WORK)
@require_POST
def customer_task(request: HttpRequest) -> HttpResponse:
    """One task for each chosen customer, for her CSM; without one for whoever asks."""
    form = BulkTaskForm(request.POST)
    visible = Customer.objects.visible_to(request.user).filter(pk__in=chosen_keys(request))
    customers = list(visible.only("pk", "csm_id"))
    if not customers or not form.is_valid():
        messages.error(request, _("Choose at least one customer, and say what to do."))
        return back(request, "customers:customer_list")
    opened = Task.objects.bulk_create(
        Task(customer=customer, assignee_id=customer.csm_id or request.user.pk,
             **form.cleaned_data)
        for customer in customers
    )  # fmt: skip
    messages.success(
        request,
        ngettext("%(n)s task was opened.", "%(n)s tasks were opened.", len(opened))
        % {"n": len(opened)},
    )
    return back(request, "customers:customer_list")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def customer_export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """POST exports the chosen lines, GET all that match the filters of the list."""
    wishes = PortfolioForm(request.GET, user=request.user).wishes()
    keys = ordered_keys(request.user, wishes, today=days.today())
    if request.method == "POST":
        chosen = chosen_keys(request)
        if not chosen:
            messages.error(request, _("Choose at least one customer."))
            return back(request, "customers:customer_list")
        visible = Customer.objects.visible_to(request.user).filter(pk__in=chosen)
        keys = visible.order_by("name", "pk").values_list("pk", flat=True)
    response = StreamingHttpResponse(
        csv_lines(export_rows(list(keys))), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="customers-{days.today()}.csv"'
    return response


def export_rows(keys: list[int]) -> Iterator[list[Any]]:
    yield HEADS
    for customers in in_chunks(keys):
        for customer in customers:
            yield [*facts(customer), *conclusions(customer)]


def facts(customer: Customer) -> list[Any]:
    touched = customer.last_touch_at
    return [
        customer.external_id, customer.name, customer.kana, customer.domain, customer.segment,
        customer.stage, customer.touch, customer.csm.email if customer.csm else "",
        customer.industry, customer.country.code, customer.currency, customer.started_on,
        customer.churned_on, days.local_day(touched) if touched else None,
    ]  # fmt: skip


def conclusions(customer: Customer) -> list[Any]:
    snapshot = getattr(customer, "snapshot", None)
    if snapshot is None:
        return [None] * 7
    return [
        snapshot.day, snapshot.health_score, snapshot.health_band, snapshot.health_coverage,
        snapshot.mrr, snapshot.renews_on, snapshot.nps_score,
    ]  # fmt: skip


def chosen_keys(request: HttpRequest) -> list[int]:
    asked = request.POST.getlist("customer")[:MOST_AT_ONCE]
    return [key for text in asked if (key := row_key(text)) is not None]
