"""Touch tiers by hand: taking a suggestion, holding a customer in a tier for a while."""

from datetime import date
from typing import TypedDict

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from customers.models import Customer, TouchPin
from customers.querysets import CustomerQuerySet


class Hold(TypedDict):
    """Why customers stay in a tier, and through which day."""

    reason: str
    until: date


class TierPinnedError(Exception):
    """Somebody holds the customer in its tier; the pin must go first."""

    def __init__(self, pin: TouchPin) -> None:
        super().__init__(pin.reason)
        self.pin = pin


def move_to_tier(customer: Customer, touch: str, *, today: date) -> bool:
    """Serve a customer in another tier. False when it is there already."""
    pin = TouchPin.objects.filter(customer=customer).first()
    if pin and pin.holds_on(today) and pin.touch != touch:
        raise TierPinnedError(pin)
    changed = Customer.objects.filter(pk=customer.pk).exclude(touch=touch)
    return bool(changed.update(touch=touch, updated_at=timezone.now()))


@transaction.atomic
def pin_to_tier(customer: Customer, touch: str, *, reason: str, until: date, by: User) -> TouchPin:
    """Hold a customer in a tier through its last day; a former pin is replaced."""
    pin, _created = TouchPin.objects.update_or_create(
        customer=customer,
        defaults={"touch": touch, "reason": reason, "until": until, "author": by,
                  "created_at": timezone.now()},
    )  # fmt: skip
    Customer.objects.filter(pk=customer.pk).exclude(touch=touch).update(
        touch=touch, updated_at=timezone.now()
    )
    return pin


@transaction.atomic
def move_all_to_tier(customers: CustomerQuerySet, touch: str, *, today: date) -> tuple[int, int]:
    """Serve many in another tier: how many are in it now, and how many a pin holds in another."""
    pins = TouchPin.objects.filter(customer=OuterRef("pk"), until__gte=today).exclude(touch=touch)
    free = customers.filter(~Exists(pins))
    moved = free.update(touch=touch, updated_at=timezone.now())
    return moved, customers.filter(Exists(pins)).count()


@transaction.atomic
def pin_all_to_tier(customers: CustomerQuerySet, touch: str, *, hold: Hold, by: User) -> int:
    """Hold many in a tier for one reason; former pins are replaced. How many."""
    keys = list(customers.values_list("pk", flat=True))
    TouchPin.objects.bulk_create(
        (TouchPin(customer_id=key, touch=touch, author=by, **hold) for key in keys),
        update_conflicts=True, unique_fields=["customer"],
        update_fields=["touch", "reason", "until", "author", "created_at"],
    )  # fmt: skip
    return Customer.objects.filter(pk__in=keys).update(touch=touch, updated_at=timezone.now())


def unpin(customer: Customer) -> bool:
    """Let the suggestion speak again. False when there was no pin."""
    return bool(TouchPin.objects.filter(customer=customer).delete()[0])
