from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, permission_needed
from surveys.forms import VersionForm
from surveys.models import Survey, SurveyVersion
from surveys.writing import publish, save_draft


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_http_methods(["GET", "POST"])
def survey_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest wording. Saving over a published one begins a new version."""
    survey = get_object_or_404(Survey.objects.visible_to(request.user).ours(), pk=pk)
    version = survey.latest_version() or SurveyVersion(survey=survey, number=1)
    form = VersionForm(request.POST if request.method == "POST" else None, version=version)
    if form.is_valid():
        form.explain()
    if form.is_valid():
        saved = save_draft(
            survey, brand=form.cleaned_data["brand"], texts=form.texts(),
            default_language=form.cleaned_data["default_language"], by=request.user,
        )  # fmt: skip
        messages.success(request, _("Saved as version %(n)s.") % {"n": saved.number})
        return redirect("surveys:survey_edit", survey.pk)
    context = {
        "survey": survey,
        "version": version,
        "form": form,
        "versions": survey.versions.order_by("-number").select_related("created_by"),
    }
    return render(request, "surveys/survey_edit.html", context, status=422 if form.errors else 200)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def survey_publish(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey.objects.visible_to(request.user).ours(), pk=pk)
    draft = survey.latest_version()
    if draft and publish(draft):
        messages.success(request, _("Version %(n)s is published.") % {"n": draft.number})
    else:
        messages.error(request, _("There is no complete draft to publish. Save one first."))
    return redirect("surveys:survey_edit", survey.pk)
