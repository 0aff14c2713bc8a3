"""Subscriptions: one row is what a subscription is from a day on; several rows, several versions.

Versions are never changed. A row that differs from the version of its day becomes a newer version
of the same day, recorded now (two clocks). What a row leaves empty it takes from the version that
rules on its day.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import CHANGED, NEW, UNCHANGED, Draft, Rejected
from customers.importing.nouns.noun import Noun
from customers.importing.nouns.subscription_columns import COLUMNS
from customers.importing.nouns.subscription_rows import History, histories, save, take_back
from customers.models import Subscription, SubscriptionVersion
from customers.models.subscription import is_worth_too_much
from lib.days import add_months

PLAIN = ("plan", "currency", "quantity", "ends_on", "trial_ends_on", "auto_renews", "renews_on",
         "notice_days", "paused_on", "resumes_on", "past_due_since", "reason")  # fmt: skip
DEFAULTS: dict[str, Any] = {
    "plan": "", "price": Decimal(0), "quantity": Decimal(1), "interval": "month",
    "interval_count": 1, "trial_ends_on": None, "paused_on": None, "resumes_on": None,
    "ends_on": None, "past_due_since": None, "renews_on": None, "notice_days": 0,
    "auto_renews": True, "reason": "",
}  # fmt: skip
MONTHS = {
    "day": Decimal(12) / 365,
    "week": Decimal(12) / 52,
    "month": Decimal(1),
    "year": Decimal(12),
}
WORTH = ("price", "quantity", "interval", "interval_count")
ENDS = {"ends_on", "last_service_day"}
STORED_PRICE = Decimal(1).scaleb(-12)


def judge(drafts: list[Draft], context: Context) -> None:
    for draft in drafts:
        draft.key = draft.values.get("external_id", "")
    customers = context.customers_named(draft.values.get("customer", "") for draft in drafts)
    known = histories((draft.key for draft in drafts), lock=context.is_saving)

    def one(draft: Draft) -> None:
        customer = customers.get(draft.values["customer"])
        if customer is None:
            raise Rejected("customer", "unknown_customer")
        history = known.setdefault(draft.key, History(customer["pk"]))
        if history.customer_id != customer["pk"]:
            raise Rejected("external_id", "other_customer")
        values = _values(draft, customer, history, context)
        context.once(f"{draft.key}\x1f{values['effective_on']}")
        _settle(draft, values, history)

    judged_one_by_one(drafts, context, one)


def _values(
    draft: Draft, customer: dict[str, Any], history: History, context: Context
) -> dict[str, Any]:
    """The whole version: what the row gives, else what ruled on its day, else the defaults."""
    given = draft.values
    effective_on = _start(given, customer, history, context)
    former = history.ruling_on(effective_on) or {}
    if former and former["effective_on"] != effective_on:
        # Why one change was made says nothing of the next.
        former = {**former, "reason": ""}
        if former["ends_on"] == effective_on and not given.keys() & ENDS:
            # Carried over, the end would leave nothing of what begins on it.
            raise Rejected("ends_on", "ends_before_start")
    own = context.options.currency or customer["currency"]
    values = {**DEFAULTS, "currency": own, **former}
    values |= {name: given[name] for name in PLAIN if name in given}
    values["effective_on"] = effective_on
    if "last_service_day" in given:
        values["ends_on"] = _day_after_service(given)
    if "interval" in given:
        unit, _colon, count = given["interval"].partition(":")
        values["interval"], values["interval_count"] = unit, int(count)
    values["price"] = _price(given, values)
    _from_snapshot(given, values, context)
    _check(given, values)
    return values


def _day_after_service(given: dict[str, Any]) -> date:
    """Days are half open: a contract with a last day ends on the day after it."""
    ends_on: date = given["last_service_day"] + timedelta(days=1)
    if given.get("ends_on", ends_on) != ends_on:
        raise Rejected("last_service_day", "two_ends")
    return ends_on


def _start(
    given: dict[str, Any], customer: dict[str, Any], history: History, context: Context
) -> Any:
    if given.get("effective_on"):
        return given["effective_on"]
    if "tenure_months" in given:
        if context.options.as_of is None:
            raise Rejected("tenure_months", "as_of_missing")
        return add_months(context.options.as_of, -given["tenure_months"])
    start = history.first_day() or customer["started_on"]
    if start is None:
        raise Rejected("effective_on", "required")
    return start


def _price(given: dict[str, Any], values: dict[str, Any]) -> Decimal:
    """Per unit and interval; MRR and ARR are of the whole subscription.

    A year is twelve months; days and weeks as the numbers reckon them, 365 and 52 to the year.
    """
    if "price" in given:
        return given["price"]
    if "mrr" in given:
        monthly = given["mrr"]
    elif "arr" in given:
        monthly = given["arr"] / 12
    else:
        return values["price"]
    units = values["quantity"] or Decimal(1)
    if not values["quantity"]:
        values["quantity"] = units
    months = MONTHS[values["interval"]] * values["interval_count"]
    return (monthly * months / units).quantize(STORED_PRICE)


def _from_snapshot(given: dict[str, Any], values: dict[str, Any], context: Context) -> None:
    """Contract length and "has ended" are true on the day the file was made."""
    as_of = context.options.as_of
    if given.get("is_churned") and not values["ends_on"]:
        if as_of is None:
            raise Rejected("is_churned", "as_of_missing")
        values["ends_on"] = as_of
    if "term_months" in given and "renews_on" not in given:
        if as_of is None:
            raise Rejected("term_months", "as_of_missing")
        values["renews_on"] = None if values["ends_on"] else _next_term(given, values, as_of)
    if given.get("is_trial") and values["price"] and not values["trial_ends_on"]:
        raise Rejected("is_trial", "trial_needs_end")


def _next_term(given: dict[str, Any], values: dict[str, Any], as_of: Any) -> Any:
    start, term = values["effective_on"], given["term_months"]
    elapsed = max((as_of.year - start.year) * 12 + as_of.month - start.month, 0)
    terms = elapsed // term
    while add_months(start, terms * term) <= as_of:
        terms += 1
    return add_months(start, terms * term)


def _check(given: dict[str, Any], values: dict[str, Any]) -> None:
    if values["ends_on"] and values["ends_on"] < values["effective_on"]:
        raise Rejected("ends_on", "ends_before_start")
    if is_worth_too_much(*(values[name] for name in WORTH)):
        raise Rejected("price" if "price" in given else "quantity", "worth_too_much")
    paused, resumes = values["paused_on"], values["resumes_on"]
    if resumes and not (paused and resumes > paused):
        raise Rejected("resumes_on", "resume_without_pause")
    if given.get("discount_percent") and given.get("discount_amount"):
        raise Rejected("discount_amount", "two_discounts")
    starts = given.get("discount_starts_on", values["effective_on"])
    if given.get("discount_ends_on") and given["discount_ends_on"] <= starts:
        raise Rejected("discount_ends_on", "ends_before_start")


def _settle(draft: Draft, values: dict[str, Any], history: History) -> None:
    """Compare with the version of the same day; the row joins the history for the rows after it."""
    same_day = history.of_day(values["effective_on"])
    discount = _discount(draft.values, values)
    if same_day is None:
        draft.verdict = NEW
    else:
        differs = {
            name: same_day.get(name) for name in values if same_day.get(name) != values[name]
        }
        if discount != history.discount_of(values["effective_on"], discount):
            differs["discount"] = None
        draft.verdict, draft.before = (CHANGED, differs) if differs else (UNCHANGED, {})
    draft.record = {**values, "customer_id": history.customer_id, "discount": discount,
                    "product": draft.values.get("product")}  # fmt: skip
    history.add(values, discount)


def _discount(given: dict[str, Any], values: dict[str, Any]) -> tuple[Any, ...] | None:
    percent, amount = given.get("discount_percent"), given.get("discount_amount")
    if not percent and not amount:
        return None
    starts = given.get("discount_starts_on", values["effective_on"])
    return percent or None, amount or None, starts, given.get("discount_ends_on")


SUBSCRIPTIONS = Noun(
    "subscriptions", _("Subscriptions"), COLUMNS, judge, save, take_back,
    fills=[Subscription, SubscriptionVersion],
)  # fmt: skip
