"""Requests that ask for figures as known on a day, or by parent."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from metrics.revenue.two_clocks import TooMuchToRecallError, remembering

GetResponse = Callable[[HttpRequest], HttpResponse]


class TwoClocksMiddleware:
    """What was worked out for the first figure of a page serves all the others."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (request.GET.get("known") or request.GET.get("roll_up")):
            return self.get_response(request)
        with remembering():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooMuchToRecallError):
            return None
        return render(request, "metrics/too_long.html", {"why": error.in_words}, status=422)
