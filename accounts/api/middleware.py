"""The edge of the API: a request id for everybody, and no HTML error pages for programs."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.api.problem import MEDIA_TYPE, problem_response

PREFIX = "/api/v1/"
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}


class ApiMiddleware:
    """Must stand outside the request logger, which takes the id from the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.headers.get("X-Request-Id", "")
        request.request_id = wanted if SAFE_ID.fullmatch(wanted) else uuid.uuid4().hex
        request.META["HTTP_X_REQUEST_ID"] = request.request_id
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        # Both forms of an address are the same address: a redirect would lose the body.
        if request.path_info != PREFIX:
            request.path_info = request.path_info.removesuffix("/")
        response = self._as_problem(request, self.get_response(request))
        response["X-Request-Id"] = request.request_id
        return response

    def _as_problem(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        code = response.status_code
        if code < 400 or response.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        name = CODES.get(code, "server_error" if code >= 500 else "bad_request")
        if code == 404:
            return problem_response(request, code, name, _("There is nothing at this address."))
        return problem_response(request, code, name, _("The request could not be answered."))
