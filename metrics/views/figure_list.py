from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from metrics.catalogue import METRICS
from metrics.forms import asked_by

CHAPTERS = {
    "survey": _("What customers say"),
    "revenue": _("Recurring revenue"),
    "cost": _("Costs"),
    "value": _("Lifetime value"),
    "engagement": _("Engagement"),
}


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def figure_list(request: HttpRequest) -> HttpResponse:
    """Every metric with its definition. Figures are computed where one is opened."""
    chapters = [
        (label, [metric for metric in METRICS if metric.chapter == chapter])
        for chapter, label in CHAPTERS.items()
    ]
    context = {
        "asked": asked_by(request),
        "chapters": [(label, metrics) for label, metrics in chapters if metrics],
    }
    return render(request, "metrics/figure_list.html", context)
