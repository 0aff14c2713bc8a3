"""Error pages: they say what happened and what to do, in the reader's language, and no more."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.api.problem import problem_response
from customers.api.ingest import refusal, speaks_with_sdks

CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 500: "server_error"}
WORDS: dict[str, tuple[Promise, Promise]] = {
    "bad_request": (
        _("We could not read this request"),
        _("Go back, look at what you entered, and try again."),
    ),
    "forbidden": (
        _("You may not do this"),
        _("Your role does not allow it. An admin of your company can change that."),
    ),
    "form_too_old": (
        _("This form was open too long"),
        _("Go back, reload the page and send it again. Your browser must accept cookies."),
    ),
    "not_found": (
        _("There is nothing at this address"),
        _("Perhaps it was moved or removed, or it belongs to somebody else."),
    ),
    "server_error": (
        _("Something went wrong on our side"),
        _("Nothing you entered before is lost. Please try again in a few minutes."),
    ),
}


def _page(request: HttpRequest, status: int, kind: str) -> HttpResponse:
    heading, advice = WORDS[kind]
    if request.path_info.startswith("/api/"):
        return problem_response(request, status, CODES[status], str(heading))
    if speaks_with_sdks(request):
        return refusal(status, CODES[status], str(heading))
    context = {"heading": heading, "advice": advice, "status": status}
    return render(request, "errors/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400, "bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, "forbidden")


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "form_too_old")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, "server_error")
