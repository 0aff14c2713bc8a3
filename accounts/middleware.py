"""Each request speaks its user's language and time zone, and its changes carry her name."""

import zoneinfo
from collections.abc import Callable

import pghistory.middleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

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
