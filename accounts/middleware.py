"""Each request speaks its user's language and time zone, and its changes carry her name.

And nobody with the keys to everything gets far without a second factor.
"""

import zoneinfo
from collections.abc import Callable

import pghistory.middleware
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from accounts.second_factor import owes_second_factor

# Where somebody without one may go: to set it up, to leave, and what such pages need.
OPEN = ("/accounts/", "/second-factor/", "/language/", "/static/", "/health/")
GetResponse = Callable[[HttpRequest], HttpResponse]


class PreferencesMiddleware:
    """Language and time zone of the user; visitors keep what their browser asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = request.user.language
        with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
            return self.get_response(request)


class AuditMiddleware(pghistory.middleware.HistoryMiddleware):
    """Writes of this request are noted with user and path; never with the query string."""

    def get_context(self, request: HttpRequest) -> dict[str, object]:
        user = request.user
        return {
            "user": user.pk if user.is_authenticated else None,
            "url": request.path,
            "method": request.method,
        }


class SecondFactorMiddleware:
    """Who must have a second factor and has none is led to the page that helps to set it up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.SECOND_FACTOR_FOR_ADMINS or request.path.startswith(OPEN):
            return self.get_response(request)
        if not owes_second_factor(request):
            return self.get_response(request)
        if request.path.startswith("/api/") or request.headers.get("HX-Request"):
            raise PermissionDenied
        return redirect("accounts:second_factor")
