from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import ProfileForm
from accounts.models import ApiKey, User
from accounts.requests import PersonRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    me = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=me)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(me.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")

    context = {
        "form": form,
        "factors": Authenticator.objects.filter(user=me).exclude(type="recovery_codes").count(),
        "sessions": UserSession.objects.filter(user=me).count(),
        "keys": ApiKey.objects.filter(owner=me).usable().count(),
    }
    return render(request, "accounts/profile.html", context)
