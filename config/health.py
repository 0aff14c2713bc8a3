"""Whether we live, and whether we are ready to serve: for load balancers and supervisors."""

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from customers.ingest import partitions
from lib.days import add_months, today
from lib.steady_redis import is_there
from metrics.life_signs import who_is_at_work


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"live": True})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether the database answers, and events of the coming month have a place.

    Without Redis or workers pages work and jobs wait: that is told, but no reason to send nobody
    here.
    """
    try:
        room_ends_on = partitions.room_ends_on()
    except (OperationalError, InterfaceError):
        return JsonResponse({"ready": False, "database": False}, status=503)
    if room_ends_on is None or room_ends_on < add_months(today(), 1):
        return JsonResponse({"ready": False, "room_for_events_ends": room_ends_on}, status=503)
    at_work = who_is_at_work()
    return JsonResponse(
        {
            "ready": True,
            "redis": is_there(settings.REDIS_URL),
            "workers": at_work.workers,
            "queues_without_a_worker": at_work.idle_queues,
            "clock_rings": at_work.clock_rings,
        }
    )


app_name = "health"
urlpatterns = [path("live/", live, name="live"), path("ready/", ready, name="ready")]
