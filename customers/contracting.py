"""Contracts change by adding: a first version, then one for each change or correction (GEN-4)."""

from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from customers.models import Discount, Subscription, SubscriptionVersion
from customers.models.subscription import is_worth_too_much

WORTH: dict[str, Any] = {"price": 0, "quantity": 1, "interval": "month", "interval_count": 1}
IDENTITY = ("id", "subscription", "recorded_at", "effective_on", "reason")


class WorthTooMuchError(ValueError):
    """With what was carried over the terms come to more than a contract can be worth."""


@transaction.atomic
def open_subscription(*, terms: dict[str, Any], **identity: Any) -> Subscription:
    subscription = Subscription.objects.create(**identity)
    _record(subscription, terms)
    return subscription


@transaction.atomic
def add_version(subscription: Subscription, change: dict[str, Any]) -> SubscriptionVersion:
    """Record what rules from `effective_on` on.

    What the change does not name is carried over from the version in force on that day, so that a
    new price does not lose the renewal day. WorthTooMuchError where both together cannot be.
    """
    before = subscription.versions.in_force_on(change["effective_on"]).first()
    carried: dict[str, Any] = {"currency": subscription.customer.currency}
    if before is not None:
        carried = model_to_dict(before, exclude=IDENTITY)
        windows = before.discounts.values("percent", "amount", "starts_on", "ends_on")
        carried["discounts"] = list(windows)
    terms = {**carried, **change}
    if is_worth_too_much(*(terms.get(name, usual) for name, usual in WORTH.items())):
        raise WorthTooMuchError
    return _record(subscription, terms)


def _record(subscription: Subscription, terms: dict[str, Any]) -> SubscriptionVersion:
    discounts = terms.pop("discounts", [])
    version = SubscriptionVersion.objects.create(subscription=subscription, **terms)
    Discount.objects.bulk_create(Discount(version=version, **window) for window in discounts)
    return version
