"""A touchpoint is logged: the customer remembers the last time we were in touch, at once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

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
    recount_last_touches({touchpoint.customer_id})


@transaction.atomic
def recount_last_touches(customer_ids: set[int]) -> None:
    """The last touch of each is the latest of what is written down."""
    customers = Customer.objects.filter(pk__in=customer_ids)
    # In one order, so that two who do this never wait for each other.
    list(customers.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    touches = Touchpoint.objects.filter(
        customer=OuterRef("pk"), kind__in=Touchpoint.KINDS_THAT_TOUCH
    ).order_by("-happened_at")
    customers.update(last_touch_at=Subquery(touches.values("happened_at")[:1]))
