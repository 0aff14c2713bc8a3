"""Costs and assumptions: what is entered, one form for each kind."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from customers.models import CostLine, RoleRate
from lib import days
from lib.paging import page_number, page_of
from metrics.assumptions import assumptions_on
from metrics.forms import AssumptionForm, CostLineForm, RoleRateForm
from metrics.models import Assumption

PAGE = "metrics:cost_list"


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_safe
def cost_list(request: HttpRequest) -> HttpResponse:
    lines = CostLine.objects.visible_to(request.user).select_related("customer", "author")
    ruling = assumptions_on(days.today())
    page = page_of(lines, page_number(request.GET.get("page", "")))
    context = {
        "page": page,
        "rates": RoleRate.objects.all()[:20],
        "assumptions": [(label, ruling[name]) for name, label in Assumption.Name.choices],
    }
    return render(request, "metrics/cost_list.html", context)


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def cost_new(request: HttpRequest) -> HttpResponse:
    line = CostLine(author=request.user)
    given = request.POST if request.method == "POST" else None
    return edit(request, CostLineForm(given, instance=line), NEW_LINE)


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def cost_edit(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(
        CostLine.objects.visible_to(request.user).select_related("customer"), pk=pk
    )
    given = request.POST if request.method == "POST" else None
    return edit(request, CostLineForm(given, instance=line), CHANGE_LINE, line)


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_POST
def cost_delete(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(CostLine.objects.visible_to(request.user), pk=pk)
    line.delete()
    messages.success(request, _("The cost line “%(label)s” is deleted.") % {"label": line.label})
    return redirect(PAGE)


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def role_rate_new(request: HttpRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    return edit(request, RoleRateForm(given), NEW_RATE)


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def assumption_new(request: HttpRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    entry = Assumption(author=request.user)
    return edit(request, AssumptionForm(given, instance=entry), NEW_ASSUMPTION)


NEW_LINE, CHANGE_LINE = gettext_lazy("New cost line"), gettext_lazy("Change cost line")
NEW_RATE, NEW_ASSUMPTION = gettext_lazy("New cost of an hour"), gettext_lazy("New assumption")


def edit(
    request: HttpRequest, form: Any, heading: Promise, line: CostLine | None = None
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Figures follow at once."))
        return redirect(PAGE)
    context = {"form": form, "heading": heading, "line": line}
    return render(request, "metrics/cost_edit.html", context, status=422 if form.is_bound else 200)
