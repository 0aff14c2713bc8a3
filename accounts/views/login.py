"""Log-in by allauth, with statuses that programs understand too."""

from http import HTTPStatus

from allauth.account import views as allauth_views
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """429 after too many wrong passwords, 400 for one too long to be looked at."""
    response: HttpResponse = allauth_views.login(request)
    form = (getattr(response, "context_data", None) or {}).get("form")
    if form is None or not form.is_bound:
        return response
    if form.has_error(NON_FIELD_ERRORS, "too_many_login_attempts"):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    elif form.has_error("password", "max_length"):
        response.status_code = HTTPStatus.BAD_REQUEST
    return response
