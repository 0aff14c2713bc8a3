from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Permission, permission_needed
from surveys.forms import SurveyForm
from surveys.models import Response, Survey, SurveyVersion, Wave
from surveys.writing import new_survey

WAVES_SHOWN = 20


@login_required
@permission_needed(Permission.VIEW_SURVEYS)
@require_safe
def survey_list(request: HttpRequest) -> HttpResponse:
    """All surveys with how often they were answered, and the latest waves."""
    visible = Response.objects.visible_to(request.user).counted().order_by()
    counts = dict(visible.values_list("survey").annotate(n=Count("pk")))
    published = SurveyVersion.objects.filter(survey=OuterRef("pk"), published_at__isnull=False)
    surveys = Survey.objects.visible_to(request.user).annotate(
        is_published=Exists(published),
        last_sent_at=Max("waves__created_at", filter=Q(waves__mailing__state="running")),
    )
    waves = Wave.objects.visible_to(request.user).select_related("survey", "mailing")
    context = {
        "surveys": [(survey, counts.get(survey.pk, 0)) for survey in surveys],
        "waves": waves[:WAVES_SHOWN],
        "now": timezone.now(),
        "may_send": request.user.may(Permission.SEND_SURVEYS),
    }
    return render(request, "surveys/survey_list.html", context)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_http_methods(["GET", "POST"])
def survey_new(request: HttpRequest) -> HttpResponse:
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        survey = new_survey(**form.cleaned_data, by=request.user)
        return redirect("surveys:survey_edit", survey.pk)
    status = 422 if form.is_bound else 200
    return render(request, "surveys/survey_new.html", {"form": form}, status=status)
