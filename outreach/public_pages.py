"""Pages for contacts: opened from a mail, without log-in, cookie or script.

They are answered before sessions, CSRF and request logs: nothing ambient may be ridden on, the
token in the address is the only authority, and it must not stand in a log. Scanners make these
pages the busiest of all, so they carry nothing they do not need.
"""

import ipaddress
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers

from outreach.limits import POSTS_OF_A_LINK, POSTS_OF_A_NETWORK, seconds_to_wait
from outreach.links import PATHS

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
PREFIXES = tuple(PATHS.values())
# 5,000 Japanese characters are 45,000 bytes in a form.
MAX_BODY = 65_536
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
}


class PublicPagesMiddleware:
    """Stands right behind SecurityMiddleware and lets everything else pass."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIXES):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            response = _answered(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        patch_vary_headers(response, ["Accept-Language"])
        # Django would log the path of every 4xx, and the path is a secret of the contact.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


def _answered(request: HttpRequest) -> HttpResponse:
    """The view's answer; whatever goes wrong becomes a page without the address in any log."""
    request.resolver_match = match = resolve(request.path_info)
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            return notice("too_long", status=413)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except Http404:
        return notice("unknown", status=404)
    except (RequestDataTooBig, SuspiciousOperation, ValueError) as error:
        logger.info("%s refused: %s", match.view_name, type(error).__name__)
        return notice("unreadable", status=400)
    except Exception:
        logger.exception("%s failed", match.view_name)
        return notice("failed", status=500)
    return response


class PublicPage(HttpResponse):
    """A page for a contact, who does not wait for what is done `later`, once the page was sent."""

    later: Callable[[], None] | None = None

    def close(self) -> None:
        try:
            if self.later:
                self.later()
        finally:
            super().close()


def public_page(template: str, context: dict[str, Any], *, status: int = 200) -> PublicPage:
    """A page that knows nothing but its context: nobody is logged in here, and nothing asks."""
    return PublicPage(render_to_string(template, context), status=status)


def notice(kind: str, *, status: int) -> PublicPage:
    """A page that only says something; the same for everybody, whatever the token was."""
    context = {"kind": kind, "language": translation.get_language()}
    return public_page("outreach/notice.html", context, status=status)


def network_of(request: HttpRequest) -> str:
    """The /24 or /48 a request came from: enough for a limit, too little for a person."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    bits = 24 if ip.version == 4 else 48
    return str(ipaddress.ip_network(f"{ip}/{bits}", strict=False))


def post_wait(request: HttpRequest, message: object) -> int:
    """Seconds until this link or network may post again; 0 when it may now."""
    of_link = seconds_to_wait(POSTS_OF_A_LINK, str(message))
    return of_link or seconds_to_wait(POSTS_OF_A_NETWORK, network_of(request))
