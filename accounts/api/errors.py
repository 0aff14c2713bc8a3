"""How an exception becomes a problem: ours, Django's, REST framework's and the database's."""

from collections.abc import Iterator
from typing import Any

from django.db import DataError, IntegrityError, OperationalError
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from psycopg import errors as postgres
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.api.problem import (
    MEDIA_TYPE,
    BodyError,
    Busy,
    Conflict,
    ParameterError,
    escaped,
    problem,
)


def pointed(detail: Any, path: str = "") -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    """Each message of a validation error with the JSON pointer of what it speaks about."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            here = path if key == "non_field_errors" else f"{path}/{escaped(key)}"
            yield from pointed(value, here)
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            is_message = isinstance(value, exceptions.ErrorDetail)
            yield from pointed(value, path if is_message else f"{path}/{index}")
    else:
        yield path, detail


class ProblemFormatter(ExceptionFormatter):
    def run(self) -> dict[str, Any]:
        request = self.context["request"]._request
        if isinstance(self.exc, exceptions.ValidationError):
            code, detail = "validation_error", str(_("The request holds values we cannot take."))
        else:
            code, detail = str(self.exc.get_codes()), str(self.exc.detail)
            code = "server_error" if code == "error" else code
        return problem(request, self.exc.status_code, code, detail, self.get_errors())

    def get_errors(self) -> list[dict[str, Any]]:
        if isinstance(self.exc, BodyError) and self.exc.pointer:
            places = [(self.exc.pointer, self.exc.detail)]
        elif isinstance(self.exc, exceptions.ValidationError):
            places = list(pointed(self.exc.detail))
        else:
            return []
        if isinstance(self.exc, ParameterError):
            return [
                {"parameter": path.lstrip("/"), "code": d.code or "invalid", "detail": str(d)}
                for path, d in places
            ]
        return [
            {"pointer": path, "code": d.code or "invalid", "detail": str(d)} for path, d in places
        ]


class ProblemHandler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, IntegrityError | DataError | OperationalError):
            return _from_database(exc)
        return super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: dict) -> Response:
        headers = self.get_headers(exc)
        return Response(data, status=exc.status_code, headers=headers, content_type=MEDIA_TYPE)


def _from_database(exc: Exception) -> Exception:
    """What constraints refuse is the caller's matter; everything else is ours."""
    cause = exc.__cause__
    if isinstance(cause, postgres.UniqueViolation):
        return Conflict(_("An object with this value exists already."), "already_exists")
    if isinstance(cause, postgres.CheckViolation):
        message = _("These values contradict each other (%(rule)s).") % {
            "rule": cause.diag.constraint_name
        }
        return exceptions.ValidationError({"non_field_errors": [message]}, "contradiction")
    if isinstance(cause, postgres.DataError):
        message = _("A value does not fit.")
        return exceptions.ValidationError({"non_field_errors": [message]}, "does_not_fit")
    if isinstance(cause, postgres.LockNotAvailable | postgres.DeadlockDetected):
        return Busy()
    return exc
