"""Whom to ask: filters, how many that are, who is left out and why. Nothing is sent from here."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from outreach.wording import reason_in_words
from surveys.forms import AudienceForm
from surveys.inviting import count_audience, new_wave
from surveys.jobs import prepare_wave
from surveys.models import Survey


def _counted(survey: Survey, form: AudienceForm) -> dict[str, Any]:
    """The live count, or nothing while the filters make no sense or no wording is published."""
    version = survey.published_version()
    if version is None or not form.is_valid():
        return {"version": version}
    count = count_audience(survey, version, form.audience())
    left_out = [(reason_in_words(code), n) for code, n in count.left_out.most_common()]
    return {"version": version, "count": count, "left_out": left_out}


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_safe
def wave_new(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey.objects.visible_to(request.user), pk=pk, closed_at=None)
    form = AudienceForm(request.GET or {"days": "14"}, user=request.user)
    context = {"survey": survey, "form": form, **_counted(survey, form)}
    part = "surveys/_audience_count.html" if request.htmx else "surveys/wave_new.html"
    return render(request, part, context)


@login_required
@permission_needed(Permission.SEND_SURVEYS)
@require_POST
def wave_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the audience; the wave waits for a look and a press before anything leaves."""
    survey = get_object_or_404(Survey.objects.visible_to(request.user), pk=pk, closed_at=None)
    version = survey.published_version()
    form = AudienceForm(request.POST, user=request.user)
    if version is None or not form.is_valid():
        context = {"survey": survey, "form": form, "version": version}
        return render(request, "surveys/wave_new.html", context, status=422)
    given = form.cleaned_data
    wave = new_wave(
        version, form.audience(), by=request.user, days=given["days"] or 14,
        name=given["name"] or _("%(survey)s, wave") % {"survey": survey.name},
    )  # fmt: skip
    prepare_wave.delay_on_commit(wave.pk)  # type: ignore[attr-defined]  # Celery's Django task
    messages.info(request, _("Nothing has been sent. Look at who is asked, then press Send."))
    return redirect("surveys:wave_detail", wave.pk)
