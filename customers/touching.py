"""A touchpoint is logged: the customer remembers the last time we were in touch, at once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from customers.models import Customer, Touchpoint


@transaction.atomic
def log_touchpoint(*, customer: Customer, happened_at: datetime, **values: Any) -> Touchpoint:
    """Keep it, and move `last_touch_at` forward. A note is about a customer and moves nothing."""
    touchpoint = Touchpoint.objects.create(customer=customer, happened_at=happened_at, **values)
    if touchpoint.kind in Touchpoint.KINDS_THAT_TOUCH:
        is_later = Q(last_touch_at__isnull=True) | Q(last_touch_at__lt=happened_at)
        Customer.objects.filter(is_later, pk=customer.pk).update(last_touch_at=happened_at)
    return touchpoint


@transaction.atomic
def remove_touchpoint(touchpoint: Touchpoint) -> None:
    """Forget one that was logged by mistake; the last touch is the latest of the others."""
    touchpoint.delete()
    others = Touchpoint.objects.filter(
        customer=touchpoint.customer_id, kind__in=Touchpoint.KINDS_THAT_TOUCH
    )
    latest = others.aggregate(latest=Max("happened_at"))["latest"]
    Customer.objects.filter(pk=touchpoint.customer_id).update(last_touch_at=latest)
