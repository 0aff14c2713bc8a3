"""The addresses of the product and one that breaks, to look at what people see then."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("canary-of-a-traceback")


urlpatterns = [*urlpatterns, path("broken/", broken), path("api/v1/broken", broken)]
