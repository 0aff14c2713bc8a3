"""Money: a Decimal in major units with its ISO currency, never a float (GEN-1)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import iso4217
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

CURRENCIES = {c.code: c.exponent for c in iso4217.Currency if c.exponent is not None}
MINUS = "\N{MINUS SIGN}"
SIGNS = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "KRW": "₩"}


class UnknownCurrencyError(ValueError):
    """The code is not a currency of ISO 4217."""


def exponent(currency: str) -> int:
    """Decimals the currency is written with: JPY 0, USD 2, KWD 3."""
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise UnknownCurrencyError(currency) from None


def reporting_currency() -> str:
    return str(settings.REPORTING_CURRENCY)


def validate_currency(code: str) -> None:
    if code not in CURRENCIES:
        raise ValidationError(_("“%(code)s” is not a currency code."), params={"code": code})


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Rounded once, for display, half to even."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return formatted(self.amount, self.currency)


def formatted(amount: Decimal, currency: str) -> str:
    """For people: `¥3,600,000`, `−$12.50`, `KWD 1.250`."""
    figure = rounded(amount, currency)
    sign = MINUS if figure < 0 else ""
    mark = SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{sign}{mark}{abs(figure):,}"
