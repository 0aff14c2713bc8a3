from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from metrics.life_signs import who_is_at_work
from metrics.models import Night
from metrics.night_progress import progress_of

SHOWN = 60


@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def night_list(request: HttpRequest) -> HttpResponse:
    nights = progress_of(Night.objects.order_by("-day")[:SHOWN])
    context = {
        "nights": nights,
        "is_moving": any(line.is_open for line in nights),
        "at_work": who_is_at_work(),
        "may_close": request.user.may(Permission.CLOSE_DAYS),
    }
    return render(request, "metrics/night_list.html", context)
