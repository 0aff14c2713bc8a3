"""What a currency is worth in the reporting currency: one rate for each month (REV-K)."""

from datetime import date
from decimal import Decimal

from django.conf import settings

from customers.models import ExchangeRate


def rate_on(currency: str, day: date) -> Decimal | None:
    """The latest rate published up to a day; 1 for the reporting currency, None when unknown."""
    if currency == settings.REPORTING_CURRENCY:
        return Decimal(1)
    published = ExchangeRate.objects.filter(currency=currency, month__lte=day)
    return published.order_by("-month").values_list("rate", flat=True).first()
