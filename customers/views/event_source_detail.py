from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.ingest.messages import REASONS
from customers.models import QuarantinedEvent
from customers.sources import days_of, event_sources, name_warnings
from lib.days import today

DAYS = 30
SHOWN = 50
SHOWN_TEXT = 600


@login_required
@permission_needed(Permission.MANAGE_KEYS)
@require_safe
def event_source_detail(request: PersonRequest, source: int) -> HttpResponse:
    found = get_object_or_404(event_sources(request.user), pk=source)
    quarantined = QuarantinedEvent.objects.visible_to(request.user).filter(source=found)
    rows = quarantined.order_by("-received_at", "-pk")
    days = days_of(found, today=today(), days=DAYS)
    context = {
        "source": found,
        "days": days,
        "names": name_warnings(found),
        "differing": sum(line["differing"] for line in days),
        "quarantined": [
            {"row": row, "reason": REASONS.get(row.code, row.code), "body": row.body[:SHOWN_TEXT]}
            for row in rows[:SHOWN]
        ],
        "total": quarantined.count(),
    }
    return render(request, "customers/event_source_detail.html", context)
