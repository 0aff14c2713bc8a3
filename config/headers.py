"""What every answer carries, whoever made it. tests/access/test_headers.py walks every route."""

from collections.abc import Callable

from csp.constants import NONE, SELF
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

GetResponse = Callable[[HttpRequest], HttpResponse]

# No inline code and no foreign host; `data:` is for the picture of a second factor.
CONTENT_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "manifest-src": [SELF],
    "img-src": [SELF, "data:"],
    "base-uri": [NONE],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
}
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
HEADERS = {
    # Nobody keeps pages about customers, neither a proxy nor a shared computer.
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class HeadersMiddleware:
    """Fills in what an answer does not say itself, and refuses TRACE and made-up methods."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in METHODS:
            response = self.get_response(request)
        else:
            response = _not_allowed(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _not_allowed(request: HttpRequest) -> HttpResponse:
    if not request.path_info.startswith("/api/"):
        return HttpResponseNotAllowed(METHODS)
    # Only now, because the settings import this module before Django is set up.
    from rest_framework.exceptions import MethodNotAllowed

    from accounts.api.problem import problem_response

    detail = str(MethodNotAllowed(str(request.method)).detail)
    response = problem_response(request, 405, "method_not_allowed", detail)
    response.headers["Allow"] = ", ".join(METHODS)
    return response
