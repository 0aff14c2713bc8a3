"""What figures take for granted: gross margin, discount rate, horizon, borders of touch tiers.

Dated: a figure of a past day takes the value that ruled on that day (GEN-6).
"""

from datetime import date
from decimal import Decimal

from metrics.models import Assumption
from metrics.once import asked_once

Name = Assumption.Name
DEFAULTS = {
    Name.GROSS_MARGIN: Decimal("0.8"),
    Name.DISCOUNT_RATE: Decimal("0.1"),
    Name.HORIZON_MONTHS: Decimal(60),
    Name.SUPPORT_SHARE: Decimal("0.5"),
    Name.ACQUISITION_LAG: Decimal(0),
    Name.HIGH_TOUCH_FROM: Decimal(10_000_000),
    Name.LOW_TOUCH_FROM: Decimal(1_000_000),
    Name.TIER_HOLD_DAYS: Decimal(30),
}


def assumed(name: Assumption.Name, day: date) -> Decimal:
    """The value that ruled on a day; the default before the first entry."""
    return assumptions_on(day)[name]


@asked_once
def assumptions_on(day: date) -> dict[str, Decimal]:
    """All of them, for the sheet that says what figures rest on."""
    entered = (
        Assumption.objects.filter(effective_on__lte=day)
        .order_by("name", "-effective_on")
        .distinct("name")
        .values_list("name", "value")
    )
    return {str(name): value for name, value in DEFAULTS.items()} | dict(entered)
