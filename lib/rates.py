"""Shares and ratios: a quotient that is honest about an empty whole (GEN-1, GEN-5)."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Rate:
    """A share kept as its two operands; `value` is None when there is no whole."""

    numerator: Decimal | int
    denominator: Decimal | int
    reason: str = ""

    @property
    def value(self) -> Decimal | None:
        return ratio(self.numerator, self.denominator)


def ratio(numerator: Decimal | int, denominator: Decimal | int) -> Decimal | None:
    """The exact quotient, or None for an empty whole: no rate is not zero."""
    if not denominator:
        return None
    return Decimal(numerator) / Decimal(denominator)
