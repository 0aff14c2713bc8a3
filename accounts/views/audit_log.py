from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from accounts.audit import SHOWN_PER_TABLE, changes_of, counts_of, entries_about
from accounts.models import ApiKey, AuditEntry, User
from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.models import Customer

PAGE = 50


@login_required
@permission_needed(Permission.VIEW_AUDIT)
@require_safe
def audit_log(request: PersonRequest) -> HttpResponse:
    """Newest first; `person` and `customer` filter, `before` turns the page."""
    person = request.GET.get("person", "")
    customer = request.GET.get("customer", "").replace("\0", "").strip()
    found = Customer.objects.visible_to(request.user).filter(external_id=customer).first()
    entries = AuditEntry.objects.visible_to(request.user).order_by("-created_at", "-id")
    if person.isdecimal() and len(person) < 19:
        entries = entries.by_person(int(person))
    if customer:
        entries = entries.filter(pk__in=entries_about(found.pk) if found else [])
    if before := _moment(request.GET.get("before", "")):
        entries = entries.filter(created_at__lt=before)

    page = list(entries[: PAGE + 1])
    context = {
        "lines": _lines(page[:PAGE]),
        "older": page[PAGE - 1].created_at.isoformat() if len(page) > PAGE else "",
        "people": User.objects.visible_to(request.user),
        "person": person,
        "customer": customer,
        "customer_found": found,
    }
    return render(request, "accounts/audit_log.html", context)


@login_required
@permission_needed(Permission.VIEW_AUDIT)
@require_safe
def audit_entry(request: PersonRequest, entry_id: UUID) -> HttpResponse:
    entry = get_object_or_404(AuditEntry.objects.visible_to(request.user), pk=entry_id)
    context = {
        "line": _lines([entry])[0],
        "changes": changes_of(entry.pk),
        "shown_per_table": SHOWN_PER_TABLE,
    }
    return render(request, "accounts/audit_entry.html", context)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _lines(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Entries with the names of their people and keys, and what they changed."""
    users = User.objects.in_bulk([e.metadata["user"] for e in entries if e.metadata.get("user")])
    keys = ApiKey.objects.in_bulk([e.metadata["key"] for e in entries if e.metadata.get("key")])
    counts = counts_of([entry.pk for entry in entries])
    return [
        {
            "entry": entry,
            "person": users.get(entry.metadata.get("user")),
            "key": keys.get(entry.metadata.get("key")),
            "counts": counts.get(entry.pk, []),
        }
        for entry in entries
    ]
