"""What a currency is worth in the reporting currency: one rate for each month (REV-K)."""

from datetime import date
from decimal import Decimal

from django.conf import settings

from customers.models import ExchangeRate
from metrics.once import asked_once
from metrics.question import Question


@asked_once
def rate_on(currency: str, day: date) -> Decimal | None:
    """The latest rate published up to a day; 1 for the reporting currency, None when unknown."""
    if currency == settings.REPORTING_CURRENCY:
        return Decimal(1)
    published = ExchangeRate.objects.filter(currency=currency, month__lte=day)
    return published.order_by("-month").values_list("rate", flat=True).first()


def money_of(question: Question) -> tuple[Decimal, str]:
    """What amounts are multiplied by, and the currency they are in then.

    The reporting one where no rate of the currency asked for is known.
    """
    rate = rate_on(question.money, question.day)
    return (1 / rate, question.money) if rate else (Decimal(1), settings.REPORTING_CURRENCY)
