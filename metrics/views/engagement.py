from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F, FloatField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from metrics import engagement_charts as pictures
from metrics.adoption import adoptions_of
from metrics.catalogue import BY_CODE
from metrics.engagement_figures import READ, asked_about, engaged
from metrics.forms import asked_by
from metrics.models import CustomerEngagement
from metrics.once import page_of_figures
from metrics.question import Question

MOST_LISTED, FEWEST_SEATS = 10, 5


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def engagement(request: HttpRequest) -> HttpResponse:
    """Who uses the product, how often, how much of it, and how long."""
    asked = asked_by(request)
    if asked.question.by_parent:
        return render(
            request, "metrics/not_by_parent.html", {"asked": asked, "page": _("Engagement")}
        )
    question = asked.question
    found = engaged(question)
    points = pictures.trend_of(question)
    drawn = [pictures.people_chart(points), pictures.stickiness_chart(points)]
    context: dict[str, Any] = {
        "asked": asked,
        "found": found,
        "tiles": [(code, BY_CODE[code].marked(read(found))) for code, read in READ.items()],
        "may_choose": request.user.may(Permission.MANAGE_COSTS),
        "sees_all": request.user.sees_every_customer,
    }
    if found.day:
        drawn += [pictures.seats_chart(question, found.day), pictures.sessions_chart(found)]
        context |= lists_of(request.user, question, found.day)
        context["adoptions"] = adoptions_of(found)
    context["charts"] = [chart for chart in drawn if chart]
    return render(request, "metrics/engagement.html", context)


def lists_of(user: Any, question: Question, day: date) -> dict[str, list[CustomerEngagement]]:
    """Customers of the day that somebody may see: beyond their seats, least and most engaged."""
    seen = CustomerEngagement.objects.visible_to(user).filter(asked_about(question), day=day)
    share = Cast(F("people_seated"), FloatField()) / Cast(F("seats"), FloatField())
    seated = seen.filter(seats__gt=0).annotate(share=share)
    # A share of very few seats says little.
    enough = seated.filter(seats__gte=FEWEST_SEATS)
    over = seated.filter(people_seated__gt=F("seats"))
    keys = {
        "over_deployed": _first(over.order_by("-share", "customer_id")),
        "least": _first(enough.order_by("share", "-seats", "customer_id")),
        "most": _first(enough.filter(people__gt=0).order_by("-share", "-days", "customer_id")),
    }
    wanted = {key for found in keys.values() for key in found}
    lines = seated.select_related("customer").in_bulk(wanted)
    return {name: [lines[key] for key in found] for name, found in keys.items()}


def _first(ordered: Any) -> list[int]:
    """Keys alone are sorted; only the rows that are shown are read in full."""
    return list(ordered.values_list("pk", flat=True)[:MOST_LISTED])
