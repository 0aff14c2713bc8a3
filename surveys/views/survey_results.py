from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from lib.days import day_start, today
from lib.paging import page_number, page_of
from metrics.survey_results import cohorts_of, results_of
from surveys.answering import accept
from surveys.models import Invitation, Response, Survey
from surveys.querysets import ResponseQuerySet
from surveys.scales import scale_of

PERIODS = {"90": 90, "365": 365, "all": None}


def _cut(responses: ResponseQuerySet, given: Any, survey: Survey) -> ResponseQuerySet:
    """What the address asks for: a period, a wave, a category."""
    days = PERIODS.get(given.get("period", ""), 90)
    if days:
        responses = responses.filter(answered_at__gte=day_start(today() - timedelta(days=days - 1)))
    wave = given.get("wave", "")
    if wave.isascii() and wave.isdigit() and len(wave) < 10:
        responses = responses.filter(invitation__wave=int(wave))
    return responses


@login_required
@permission_needed(Permission.VIEW_SURVEYS)
@require_safe
def survey_results(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey.objects.visible_to(request.user), pk=pk)
    seen = Response.objects.visible_to(request.user).filter(survey=survey)
    responses = _cut(seen, request.GET, survey)
    invitations = Invitation.objects.visible_to(request.user).filter(wave__survey=survey)
    listed = responses.select_related("customer", "contact", "task")
    if request.GET.get("with") == "comment":
        listed = listed.exclude(comment="")
    page = page_of(listed, page_number(request.GET.get("page", "")))
    scale = scale_of(survey)
    context = {
        "survey": survey,
        "results": results_of(survey, responses),
        "cohorts": cohorts_of(invitations, timezone.now()),
        "page": page,
        "rows": [(row, scale.category(row.score)) for row in page.rows],
        "period": request.GET.get("period", "90"),
        "periods": [("90", _("90 days")), ("365", _("A year")), ("all", _("All"))],
        "only_comments": request.GET.get("with") == "comment",
        "may_send": request.user.may(Permission.SEND_SURVEYS),
        "may_work": request.user.may(Permission.WORK),
    }
    return render(request, "surveys/survey_results.html", context)


@login_required
@permission_needed(Permission.WORK)
@require_POST
def response_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """A person vouches for an answer that looked like a machine's."""
    response = get_object_or_404(Response.objects.visible_to(request.user), pk=pk)
    if accept(response):
        messages.success(request, _("The answer counts from now on."))
    return redirect("surveys:survey_results", response.survey_id)
