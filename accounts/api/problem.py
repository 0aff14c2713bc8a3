"""Every error is a problem (RFC 9457): one shape, a stable code, pointers to what was wrong."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

MEDIA_TYPE = "application/problem+json"


class BodyError(exceptions.ParseError):
    """The body is no JSON we take; `pointer` says where, as far as that is known."""

    default_code = "invalid_json"

    def __init__(self, detail: Any, code: str | None = None, pointer: str = "") -> None:
        super().__init__(detail, code)
        self.pointer = pointer


class ParameterError(exceptions.ValidationError):
    """Something in the query string is wrong: `{parameter: message}`."""

    default_code = "invalid_parameter"


class Conflict(exceptions.APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = _("Somebody else was faster, or the object is in another state.")


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = _("The object was changed since you read it. Read it again.")


class LengthRequired(exceptions.APIException):
    status_code = 411
    default_code = "length_required"
    default_detail = _("Send the body with a Content-Length.")


class BodyTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "body_too_large"
    default_detail = _("The body is too large.")


class ReusedIdempotencyKey(exceptions.APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = _("This Idempotency-Key was used for another request.")


class Busy(exceptions.APIException):
    status_code = 503
    default_code = "busy"
    default_detail = _("The database is busy. Try again in a moment.")
    wait = 2


def problem(
    request: HttpRequest, status: int, code: str, detail: str, errors: list | None = None
) -> dict[str, Any]:
    """The document. `instance` is the path asked for, without its query string."""
    return {
        "type": f"urn:enishi:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": escape_uri_path(request.path),
        "code": code,
        "request_id": getattr(request, "request_id", ""),
        "errors": errors or [],
    }


def problem_response(request: HttpRequest, status: int, code: str, detail: str) -> JsonResponse:
    """For whoever answers outside REST framework."""
    body = problem(request, status, code, str(detail))
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def escaped(key: Any) -> str:
    """A key as one step of a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")
