"""Simple lifetime value: average purchase × purchases a year × lifetime in years (LTV-1).

Average purchase is revenue / orders and frequency is orders / buyers, both of the same year.
Times gross margin it is the value in margin. No orders, no figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.rates import ratio


@dataclass(frozen=True)
class SimpleValue:
    average_purchase: Decimal | None
    frequency: Decimal | None
    revenue_value: Decimal | None
    margin_value: Decimal | None


def simple_value(
    average_purchase: Decimal, purchases_per_year: Decimal, lifetime_years: Decimal
) -> Decimal:
    return average_purchase * purchases_per_year * lifetime_years


def value_of_purchases(
    purchases: Mapping[str, Sequence[Decimal]], lifetime_years: Decimal, gross_margin: Decimal
) -> SimpleValue:
    """From one year's purchases by buyer; buyers without any do not count."""
    buyers = [amounts for amounts in purchases.values() if amounts]
    orders = sum(len(amounts) for amounts in buyers)
    revenue = sum((sum(amounts, Decimal(0)) for amounts in buyers), Decimal(0))
    average, frequency = ratio(revenue, orders), ratio(orders, len(buyers))
    if average is None or frequency is None:
        return SimpleValue(None, None, None, None)
    # revenue / buyers is average × frequency without two roundings.
    value = revenue * lifetime_years / len(buyers)
    return SimpleValue(average, frequency, value, value * gross_margin)
