from dataclasses import replace
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from lib.paging import page_number
from metrics.catalogue import BY_CODE
from metrics.forms import asked_by
from metrics.once import page_of_figures
from metrics.retention.lost import (
    Group,
    lost_by_reason,
    lost_by_tenure,
    lost_by_trait,
    lost_customers,
)
from metrics.retention.trend import start_sets_by_month
from metrics.retention_charts import churn_chart
from metrics.revenue.rates import money_of

TILES = ("logo_churn", "annualised_churn", "early_churn", "renewal_rate")
TRAITS = {
    "segment": _("Segment"), "plan": _("Plan"), "csm": _("CSM"), "touch": _("Touch"),
}  # fmt: skip


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def churn(request: HttpRequest) -> HttpResponse:
    asked = asked_by(request, rolls_up=True)
    question = asked.question
    by = request.GET.get("by", "")
    by = by if by in TRAITS else "segment"
    factor, currency = money_of(question)
    reasons = [(reason, n, mrr * factor) for reason, n, mrr in lost_by_reason(question)]
    page = lost_customers(question, request.user, page_number(request.GET.get("page", "")))
    lines = [replace(line, annual=line.annual * factor) for line in page.rows]
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
        "currency": currency,
        "tenures": in_money(lost_by_tenure(question), factor),
        "groups": in_money(lost_by_trait(question, by), factor),
        "page": replace(page, rows=lines),
        "sees_all": request.user.sees_every_customer,
        "may_work": request.user.may(Permission.WORK),
    }
    return render(request, "metrics/churn.html", context)


def in_money(groups: list[Group], factor: Decimal) -> list[Group]:
    """Amounts in the currency asked for."""
    return [replace(group, mrr=group.mrr * factor) for group in groups]
