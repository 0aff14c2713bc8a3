"""What is done to many customers at once: hand over, regroup, open tasks, ask, export."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import Permission, permission_needed
from customers.exporting import csv_lines
from customers.forms import STAGES_AT_ONCE, BulkTaskForm, BulkTouchForm, PortfolioForm
from customers.models import Customer, Task
from customers.segments import known_segments
from customers.tiering import move_all_to_tier, pin_all_to_tier
from customers.views.sending_forms import back
from lib import days
from lib.paging import row_key
from metrics.portfolio import in_chunks, ordered_keys
from surveys.models import Survey

MOST_AT_ONCE = 1_000
# They are named in an address, and addresses must stay below 4 kB.
MOST_ASKED = 200
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
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_POST
def customer_stage(request: HttpRequest) -> HttpResponse:
    """Put the chosen customers into a stage of their life; who has left stays as she is."""
    chosen, stage = chosen_keys(request), request.POST.get("stage", "")
    label = dict(STAGES_AT_ONCE).get(stage)
    if not chosen or label is None:
        messages.error(request, _("Choose at least one customer, and a stage."))
        return back(request, "customers:customer_list")
    visible = Customer.objects.visible_to(request.user).filter(pk__in=chosen)
    moved = visible.filter(churned_on=None).update(stage=stage, updated_at=timezone.now())
    said = ngettext(
        "%(n)s customer is now in the stage %(stage)s.",
        "%(n)s customers are now in the stage %(stage)s.",
        moved,
    )
    if moved:
        messages.success(request, said % {"n": moved, "stage": label})
    if gone := visible.exclude(churned_on=None).count():
        said = ngettext(
            "%(n)s customer has left and stays as it is.",
            "%(n)s customers have left and stay as they are.",
            gone,
        )
        messages.warning(request, said % {"n": gone})
    return back(request, "customers:customer_list")


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_POST
def customer_touch(request: HttpRequest) -> HttpResponse:
    """Serve the chosen customers in a tier; hold them there when a day and a reason are given."""
    chosen, form = chosen_keys(request), BulkTouchForm(request.POST)
    if not chosen or not request.POST.get("touch"):
        messages.error(request, _("Choose at least one customer, and a touch tier."))
    elif not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
    else:
        move_or_hold(request, chosen, form)
    return back(request, "customers:customer_list")


def move_or_hold(request: HttpRequest, chosen: list[int], form: BulkTouchForm) -> None:
    """Do it, and say how many there are now and how many a pin keeps elsewhere."""
    user: Any = request.user
    visible = Customer.objects.visible_to(user).filter(pk__in=chosen)
    touch, hold = form.cleaned_data["touch"], form.hold()
    said: dict[str, Any] = {"touch": dict(Customer.Touch.choices)[touch]}
    if hold:
        n = pin_all_to_tier(visible, touch, hold=hold, by=user)
        text = ngettext(
            "%(n)s customer stays in %(touch)s until %(until)s.",
            "%(n)s customers stay in %(touch)s until %(until)s.",
            n,
        )
        until = date_format(hold["until"], "SHORT_DATE_FORMAT")
        messages.success(request, text % (said | {"n": n, "until": until}))
        return
    n, held = move_all_to_tier(visible, touch, today=days.today())
    if n:
        text = ngettext(
            "%(n)s customer is now served as: %(touch)s.",
            "%(n)s customers are now served as: %(touch)s.",
            n,
        )
        messages.success(request, text % (said | {"n": n}))
    if held:
        text = ngettext(
            "%(n)s customer is pinned to another tier and stays there.",
            "%(n)s customers are pinned to another tier and stay there.",
            held,
        )
        messages.warning(request, text % {"n": held})


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def customer_invite(request: HttpRequest) -> HttpResponse:
    """To the page that shows whom a survey would ask, with the chosen customers; writes nothing."""
    survey = (
        Survey.objects.visible_to(request.user)
        .sendable()
        .filter(pk=row_key(request.POST.get("survey", "")))
        .first()
    )
    visible = Customer.objects.visible_to(request.user).filter(pk__in=chosen_keys(request))
    keys = list(visible.order_by("pk").values_list("pk", flat=True)[: MOST_ASKED + 1])
    if not keys or survey is None:
        messages.error(request, _("Choose at least one customer, and a survey."))
        return back(request, "customers:customer_list")
    if len(keys) > MOST_ASKED:
        messages.error(request, _("Choose at most %(n)s customers.") % {"n": MOST_ASKED})
        return back(request, "customers:customer_list")
    asked = urlencode({"days": 14, "customers": ".".join(map(str, keys))})
    return HttpResponseRedirect(f"{reverse('surveys:wave_new', args=[survey.pk])}?{asked}")


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
