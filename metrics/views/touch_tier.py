"""The touch tier of one customer: take the suggestion, pin another, let it go."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from customers import tiering
from customers.models import Customer
from lib import days
from metrics.forms import TouchPinForm
from metrics.models import CustomerValue

PAGE = "metrics:value_and_cost"


def asked_about(request: HttpRequest, customer: int) -> Customer:
    user: Any = request.user
    return get_object_or_404(Customer.objects.visible_to(user), pk=customer)


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_POST
def touch_take(request: HttpRequest, customer: int) -> HttpResponse:
    found = asked_about(request, customer)
    value = CustomerValue.objects.filter(customer=found).first()
    if value is None:
        messages.info(request, _("There is no suggestion for %(customer)s.") % {"customer": found})
        return redirect(PAGE)
    try:
        tiering.move_to_tier(found, value.suggested, today=days.today())
    except tiering.TierPinnedError as held:
        until = date_format(held.pin.until, "SHORT_DATE_FORMAT")
        said = {"customer": found, "until": until, "reason": held.pin.reason}
        messages.error(request, _("%(customer)s is pinned until %(until)s: %(reason)s") % said)
    else:
        said = {"customer": found, "touch": value.get_suggested_display()}
        messages.success(request, _("%(customer)s is now served as: %(touch)s.") % said)
    return redirect(PAGE)


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_POST
def touch_pin(request: HttpRequest, customer: int) -> HttpResponse:
    found = asked_about(request, customer)
    form = TouchPinForm(request.POST)
    if form.is_valid():
        pin = tiering.pin_to_tier(found, by=request.user, **form.cleaned_data)
        said = {"customer": found, "touch": pin.get_touch_display(),
                "until": date_format(pin.until, "SHORT_DATE_FORMAT")}  # fmt: skip
        messages.success(request, _("%(customer)s stays in %(touch)s until %(until)s.") % said)
    for field, errors in form.errors.items():
        messages.error(request, f"{form.fields[field].label}: {' '.join(errors)}")
    return redirect(PAGE)


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_POST
def touch_unpin(request: HttpRequest, customer: int) -> HttpResponse:
    found = asked_about(request, customer)
    if tiering.unpin(found):
        messages.success(request, _("%(customer)s is not pinned any more.") % {"customer": found})
    return redirect(PAGE)
