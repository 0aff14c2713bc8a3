"""Addresses nobody writes to: search, add, and take back with a reason."""

import pghistory
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from outreach.addresses import address_hash, address_key
from outreach.models import Suppression
from outreach.unsubscribing import stop

ROWS = 50


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_safe
def suppression_list(request: HttpRequest) -> HttpResponse:
    """Only hashes are kept, so an address is found by typing all of it."""
    rows = Suppression.objects.visible_to(request.user).select_related("topic")
    address = request.GET.get("address", "").strip()
    if address:
        key = address_key(address)
        rows = rows.filter(email_hash=address_hash(key)) if key else rows.none()
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "address": address}
    return render(request, "outreach/suppression_list.html", context)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def suppression_add(request: HttpRequest) -> HttpResponse:
    key = address_key(request.POST.get("address", ""))
    if key is None:
        messages.error(request, _("This is not an address. Please write one like ana@example.com."))
    elif stop(key, None, reason="manual", source=f"user:{request.user.pk}"):
        messages.success(request, _("Nobody writes to this address any more."))
    else:
        messages.info(request, _("Nobody wrote to this address before either."))
    return redirect("outreach:suppression_list")


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def suppression_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Suppression.objects.visible_to(request.user), pk=pk)
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        messages.error(request, _("Please say why it may be written to again."))
    else:
        with pghistory.context(reason=reason):
            row.delete()
        messages.success(request, _("This address may be written to again."))
    return redirect("outreach:suppression_list")
