"""Sign-in by OpenID Connect; an issuer that does not answer is said, not crashed on."""

import logging
from collections.abc import Callable

import requests
from allauth.socialaccount.providers.openid_connect import views as allauth_views
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def single_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _unless_unreachable(allauth_views.login, request, provider_id)


@require_safe
def single_sign_on_answer(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _unless_unreachable(allauth_views.callback, request, provider_id)


def _unless_unreachable(
    view: Callable[..., HttpResponse], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        return view(request, provider_id)
    except requests.RequestException:
        logger.exception("the issuer of single sign-on does not answer")
        messages.error(request, _("The company log-in does not answer. Please try again later."))
        return redirect("account_login")
