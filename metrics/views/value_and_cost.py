from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from customers.models import Customer
from metrics import worth_charts as pictures
from metrics.assumptions import assumptions_on
from metrics.catalogue import BY_CODE
from metrics.forms import asked_by
from metrics.models import Assumption, CustomerValue
from metrics.once import page_of_figures
from metrics.question import Question
from metrics.revenue.rates import money_of
from metrics.revenue.two_clocks import as_known

VALUE_TILES = ("ltv_subscription", "ltv_discounted", "ltv_simple", "ltv_purchases", "ltv_to_cac")
COST_TILES = ("crc", "crc_per_customer", "crc_share_of_arr", "cost_to_serve_per_customer", "cac",
              "payback")  # fmt: skip
MOST_LISTED = 25


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def value_and_cost(request: HttpRequest) -> HttpResponse:
    """What customers are worth, what keeping them costs, and who should be served otherwise."""
    asked = asked_by(request)
    if asked.question.by_parent:
        return render(
            request, "metrics/not_by_parent.html", {"asked": asked, "page": _("Value and cost")}
        )
    question, user = asked.question, request.user
    seen = CustomerValue.objects.visible_to(user)
    values = question.narrowed(seen, question.day).select_related("customer")
    shown = pictures.most_valuable(values)
    drawn = [pictures.spending_chart(question), pictures.worth_chart(shown, question)]
    factor, currency = money_of(question)
    context = {
        "asked": asked,
        "value_tiles": [(code, BY_CODE[code].answer(question)) for code in VALUE_TILES],
        "cost_tiles": [(code, BY_CODE[code].answer(question)) for code in COST_TILES],
        "charts": [chart for chart in drawn if chart],
        "suggestions": in_money(suggested_moves(values), factor),
        "costly": in_money(
            values.filter(net_value__lt=0).order_by("net_value", "pk")[:MOST_LISTED], factor
        ),
        "currency": currency,
        "assumptions": worded_assumptions(question),
        "tiers": Customer.Touch.choices,
        "pin_until": question.today + timedelta(days=90),
        "may_edit": user.may(Permission.EDIT_CUSTOMERS),
        "may_enter": user.may(Permission.MANAGE_COSTS),
        "sees_all": user.sees_every_customer,
    }
    return render(request, "metrics/value_and_cost.html", context)


def in_money(values: Any, factor: Decimal) -> list[CustomerValue]:
    """Only for showing: amounts times `factor`. Nothing is saved."""
    shown = list(values)
    for value in shown:
        value.margin *= factor
        value.cost_to_serve *= factor
        value.net_value *= factor
    return shown


def suggested_moves(values: Any) -> list[Any]:
    """Customers served in another tier than suggested, the most valuable first.

    With their tiers in words and their pin or None, since a template is slow at finding these.
    """
    suggestions = list(values.moved().select_related("customer__touch_pin")[:MOST_LISTED])
    words = {tier.value: str(tier.label) for tier in Customer.Touch}
    for value in suggestions:
        value.now = words.get(value.customer.touch, "")
        value.instead = words.get(value.suggested, "")
        value.pin = getattr(value.customer, "touch_pin", None)
    return suggestions


def worded_assumptions(question: Question) -> list[tuple[str, Any]]:
    with as_known(question, costs=True):
        ruling = assumptions_on(question.day)
    return [(label, ruling[name]) for name, label in Assumption.Name.choices]
