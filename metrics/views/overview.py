from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed


@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "metrics/overview.html")
