from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from accounts.second_factor import SECOND


@login_required
@require_safe
def second_factor(request: PersonRequest) -> HttpResponse:
    """Why a second factor is needed, and two ways to get one."""
    if Authenticator.objects.filter(user=request.user, type__in=SECOND).exists():
        return redirect("customers:today")
    return render(request, "accounts/second_factor.html")
