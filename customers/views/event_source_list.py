from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.models import UnresolvedEvent
from customers.sources import event_sources, source_lines
from lib.days import today

DAYS = 7


@login_required
@permission_needed(Permission.MANAGE_KEYS)
@require_safe
def event_source_list(request: PersonRequest) -> HttpResponse:
    sources = event_sources(request.user)
    context = {
        "lines": source_lines(sources, since=today() - timedelta(days=DAYS - 1)),
        "days": DAYS,
        "waiting": UnresolvedEvent.objects.visible_to(request.user).count(),
    }
    return render(request, "customers/event_source_list.html", context)
