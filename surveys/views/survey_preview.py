"""The mail and the page as a contact would see them. Nothing here can record anything."""

from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from outreach.mail_frames import FRAME_SOURCES, framed
from outreach.rendering import MissingValueError
from surveys.mails import sample_of
from surveys.models import Survey, SurveyVersion
from surveys.scales import scale_of

# The page of a contact, but framed by ours and unable to send anything.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'none';"
    " frame-ancestors 'self'; base-uri 'none'"
)
SAMPLE = {"name": "Hana Mori", "company": "Example Ltd."}


def _version(request: HttpRequest, pk: int) -> SurveyVersion:
    survey = get_object_or_404(Survey.objects.visible_to(request.user).ours(), pk=pk)
    version = survey.latest_version()
    if version is None:
        raise Http404
    return version


def _language(request: HttpRequest, version: SurveyVersion) -> str:
    return version.language_for(request.GET.get("lang", request.user.language))


@login_required
@permission_needed(Permission.VIEW_SURVEYS)
@csp_update(FRAME_SOURCES)
@require_safe
def survey_preview(request: HttpRequest, pk: int) -> HttpResponse:
    version = _version(request, pk)
    language = _language(request, version)
    try:
        mail = sample_of(version, language, SAMPLE, link="https://example.com/")
    except MissingValueError:
        mail = {}
    context = {
        "survey": version.survey,
        "version": version,
        "language": language,
        "languages": [("en", "English"), ("ja", "日本語")],
        "mail": mail,
        "may_send": request.user.may(Permission.SEND_SURVEYS),
    }
    return render(request, "surveys/survey_preview.html", context)


@login_required
@permission_needed(Permission.VIEW_SURVEYS)
@require_safe
def survey_preview_mail(request: HttpRequest, pk: int) -> HttpResponse:
    version = _version(request, pk)
    try:
        mail = sample_of(version, _language(request, version), SAMPLE, link="https://example.com/")
    except MissingValueError as error:
        raise Http404 from error
    return framed(mail["html"])


@login_required
@permission_needed(Permission.VIEW_SURVEYS)
@require_safe
def survey_preview_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer page with a button that leads nowhere."""
    version = _version(request, pk)
    language = _language(request, version)
    with translation.override(language):
        response = render(request, "surveys/answer.html", _page_context(version, language))
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _page_context(version: SurveyVersion, language: str) -> dict[str, Any]:
    keys = {"question", "low", "high", "button", "thanks"}
    words = {key: version.text(key, language) for key in keys}
    words["follow_up"] = version.text("neutral", language)
    return {
        "language": language,
        "brand": version.brand,
        "words": words,
        "is_preview": True,
        "scale": scale_of(version.survey),
        "chosen": None,
    }
