from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.ingest.replaying import retry_quarantined
from customers.models import QuarantinedEvent


@login_required
@permission_needed(Permission.MANAGE_KEYS)
@require_POST
def quarantine_retry(request: PersonRequest, event: int) -> HttpResponse:
    rows = QuarantinedEvent.objects.visible_to(request.user).select_related("source__owner")
    row = get_object_or_404(rows, pk=event)
    if retry_quarantined(row):
        messages.success(request, _("The event has left the quarantine."))
    else:
        messages.error(request, _("The event was refused again and stays in quarantine."))
    return redirect("customers:event_source_detail", row.source_id)


@login_required
@permission_needed(Permission.MANAGE_KEYS)
@require_POST
def quarantine_delete(request: PersonRequest, event: int) -> HttpResponse:
    row = get_object_or_404(QuarantinedEvent.objects.visible_to(request.user), pk=event)
    row.delete()
    messages.success(request, _("The event is deleted."))
    return redirect("customers:event_source_detail", row.source_id)
