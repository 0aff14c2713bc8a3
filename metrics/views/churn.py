from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Permission, permission_needed
from customers.models import Customer
from lib.paging import page_number
from metrics.catalogue import BY_CODE
from metrics.forms import asked_by
from metrics.question import Question
from metrics.retention.lost import Group, lost_by_reason, lost_by_tenure, lost_customers
from metrics.retention.trend import start_sets_by_month
from metrics.retention_charts import churn_chart
from metrics.revenue.start_set import start_sets_by
from metrics.revenue.two_clocks import as_known

TILES = ("logo_churn", "annualised_churn", "early_churn", "renewal_rate")
COLUMNS = {"segment": "segment", "csm": "csm_id", "touch": "touch", "plan": "plan"}
TRAITS = {
    "segment": _("Segment"), "plan": _("Plan"), "csm": _("CSM"), "touch": _("Touch"),
}  # fmt: skip
WITHOUT = {
    "segment": _("Without segment"), "plan": _("Without plan"), "csm": _("Without CSM"),
    "touch": _("Without touch tier"),
}  # fmt: skip
MOST_GROUPS = 30


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def churn(request: HttpRequest) -> HttpResponse:
    asked = asked_by(request)
    question = asked.question
    by = request.GET.get("by", "")
    by = by if by in TRAITS else "segment"
    reasons = lost_by_reason(question)
    context = {
        "asked": asked,
        "kept": [("by", by)],
        "by": by,
        "traits": TRAITS.items(),
        "tiles": [(code, BY_CODE[code].answer(question)) for code in TILES],
        "chart": churn_chart(start_sets_by_month(question)),
        "reasons": reasons,
        "lost": sum(n for _reason, n, _mrr in reasons),
        "lost_mrr": sum((mrr for _reason, _n, mrr in reasons), Decimal(0)),
        "tenures": lost_by_tenure(question),
        "groups": groups(question, by),
        "page": lost_customers(question, request.user, page_number(request.GET.get("page", ""))),
        "sees_all": request.user.sees_every_customer,
        "may_work": request.user.may(Permission.WORK),
    }
    return render(request, "metrics/churn.html", context)


def groups(question: Question, by: str) -> list[Group]:
    """Churn by what customers were before the period, the biggest groups first."""
    with as_known(question):
        found = start_sets_by(question, COLUMNS[by])
    names = names_of(by, list(found))
    listed = [
        Group(
            names.get(key, key) or WITHOUT[by],
            start=book.start_customers,
            lost=book.lost,
            mrr=book.lost_value / 12,
            key=key,
        )
        for key, book in found.items()
        if book.start_customers
    ]
    return sorted(listed, key=lambda group: (-group.start, str(group.label)))[:MOST_GROUPS]


def names_of(by: str, keys: list[Any]) -> dict[Any, Any]:
    if by == "touch":
        return dict(Customer.Touch.choices)
    if by == "csm":
        people = User.objects.filter(pk__in=[key for key in keys if key])
        return {0: "", **{person.pk: str(person) for person in people}}
    return {}
