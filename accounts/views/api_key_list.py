from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import ApiKeyForm
from accounts.models import ApiKey
from accounts.permissions import Permission
from accounts.requests import PersonRequest


@login_required
@require_safe
def api_key_list(request: PersonRequest) -> HttpResponse:
    context = {
        "keys": ApiKey.objects.visible_to(request.user).select_related("owner"),
        "sees_all": request.user.may(Permission.MANAGE_KEYS),
        "now": timezone.now(),
    }
    return render(request, "accounts/api_key_list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def api_key_issue(request: PersonRequest) -> HttpResponse:
    """The full key stands in this one answer and nowhere else."""
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key, text = ApiKey.issue(owner=request.user, **form.fields_of_key())
        return render(request, "accounts/api_key_issued.html", {"key": key, "text": text})

    return render(request, "accounts/api_key_issue.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def api_key_revoke(request: PersonRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.visible_to(request.user), pk=key_id)
    if request.method == "POST":
        if key.revoke():
            messages.success(request, _("The key %(name)s is revoked.") % {"name": key.name})
        return redirect("accounts:api_key_list")

    return render(request, "accounts/api_key_revoke.html", {"key": key})
