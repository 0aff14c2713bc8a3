"""Whether we live, and whether we are ready to serve: for load balancers and supervisors."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"live": True})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.get("ready")
    return JsonResponse({"ready": True})


app_name = "health"
urlpatterns = [path("live/", live, name="live"), path("ready/", ready, name="ready")]
