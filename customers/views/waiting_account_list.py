from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.forms import AccountMapForm
from customers.ingest.replaying import map_account
from customers.models import UnresolvedEvent
from customers.sources import waiting_accounts

SHOWN = 100


@login_required
@permission_needed(Permission.MANAGE_KEYS)
@require_safe
def waiting_account_list(request: PersonRequest) -> HttpResponse:
    nameless = UnresolvedEvent.objects.visible_to(request.user).filter(account="")
    context = {
        "accounts": waiting_accounts(request.user, limit=SHOWN),
        "nameless": nameless.count(),
    }
    return render(request, "customers/waiting_account_list.html", context)


@login_required
@permission_needed(Permission.MANAGE_KEYS)
@require_POST
def waiting_account_map(request: PersonRequest) -> HttpResponse:
    form = AccountMapForm(request.user, request.POST)
    if form.is_valid():
        account, customer = form.cleaned_data["account"], form.cleaned_data["customer"]
        map_account(account, customer)
        said = _("Events of %(account)s move to %(customer)s within a minute.")
        messages.success(request, said % {"account": account, "customer": customer})
    else:
        for error in form.errors.get("customer", []) + form.errors.get("account", []):
            messages.error(request, error)
    return redirect("customers:waiting_account_list")
