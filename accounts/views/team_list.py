from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import TeamForm
from accounts.models import Team
from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def team_list(request: PersonRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = form.save()
        messages.success(request, _("The team %(name)s is there.") % {"name": team})
        return redirect("accounts:team_list")

    teams = Team.objects.visible_to(request.user).annotate(
        user_count=Count("users", distinct=True), customer_count=Count("customers", distinct=True)
    )
    return render(request, "accounts/team_list.html", {"teams": teams, "form": form})


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def team_edit(request: PersonRequest, team_id: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The team %(name)s is saved.") % {"name": team})
        return redirect("accounts:team_list")

    context = {
        "form": form,
        "team": Team.objects.get(pk=team_id),
        "user_count": team.users.count(),
        "customer_count": team.customers.count(),
    }
    return render(request, "accounts/team_edit.html", context)


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_POST
def team_delete(request: PersonRequest, team_id: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    team.delete()
    messages.success(request, _("The team %(name)s is deleted.") % {"name": team})
    return redirect("accounts:team_list")
