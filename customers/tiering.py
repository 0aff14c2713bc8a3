"""Touch tiers by hand: taking a suggestion, holding a customer in a tier for a while."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from customers.models import Customer, TouchPin


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


def unpin(customer: Customer) -> bool:
    """Let the suggestion speak again. False when there was no pin."""
    return bool(TouchPin.objects.filter(customer=customer).delete()[0])
