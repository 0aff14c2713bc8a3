"""The addresses of the product and one that breaks, to look at what people see then."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("canary-of-a-traceback")


def strange(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("canary-of-a-reason")


def refused(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("canary-of-a-reason")


VIEWS = {"broken": broken, "strange": strange, "refused": refused}
urlpatterns = [
    *urlpatterns,
    *(path(f"{name}/", view) for name, view in VIEWS.items()),
    *(path(f"api/v1/{name}", view) for name, view in VIEWS.items()),
]
