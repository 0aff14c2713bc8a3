from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_safe
def user_list(request: PersonRequest) -> HttpResponse:
    users = (
        User.objects.visible_to(request.user)
        .select_related("team")
        .annotate(
            customer_count=Count("customers", distinct=True),
            factor_since=Max("authenticator__created_at"),
        )
        .order_by("-is_active", "full_name", "pk")
    )
    return render(request, "accounts/user_list.html", {"users": users})
