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


# The 97.5th percentile of the normal distribution: two sides of 95 %.
Z95 = Decimal("1.959963984540")


def wilson_interval(successes: int, total: int) -> tuple[Decimal, Decimal] | None:
    """The 95 % range of a share (Wilson), or None for an empty whole."""
    if not total:
        return None
    n, share, z2 = Decimal(total), Decimal(successes) / total, Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * (share * (1 - share) / n + z2 / (4 * n * n)).sqrt() / (1 + z2 / n)
    return max(centre - half, Decimal(0)), min(centre + half, Decimal(1))
