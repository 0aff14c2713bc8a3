"""The web application of the survey bench: ours, and one empty view as its yardstick."""

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

application = get_wsgi_application()


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


# Only now are the apps there that the addresses lead to.
from config import urls  # noqa: E402

urls.urlpatterns = [path("bench/empty/", empty, name="bench_empty"), *urls.urlpatterns]  # type: ignore[list-item]
