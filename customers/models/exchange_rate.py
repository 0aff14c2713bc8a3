from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lib.audit import audited
from lib.days import add_months
from lib.money import validate_currency

STORED_RATE = Decimal(1).scaleb(-8)
LOWEST, HIGHEST = STORED_RATE, Decimal("9999999999")
REPORTING_CURRENCY = _("Figures are shown in this currency; its rate is always 1.")
NOT_A_FIRST_DAY = _("This must be the first day of a month, such as 2026-10-01.")
MONTH_AHEAD = _("This month lies too far ahead. A rate may be entered for the next month at most.")


def latest_month(today: date) -> date:
    """The last month a rate may be entered for: the one after the running month."""
    return add_months(today.replace(day=1), 1)


def validate_foreign(currency: str) -> None:
    if currency == settings.REPORTING_CURRENCY:
        raise ValidationError(REPORTING_CURRENCY, code="reporting_currency")


def validate_first_day(month: date) -> None:
    if month.day != 1:
        raise ValidationError(NOT_A_FIRST_DAY, code="first_day")


@audited()
class ExchangeRate(models.Model):
    """What one unit of a currency is worth in the reporting currency during one month.

    `recorded_at` is when this worth was learned. A correction moves it on; the log of changes keeps
    what was believed before, so that books can be read as they were known then (GEN-4).
    """

    currency = models.CharField(
        _("currency"), max_length=3, validators=[validate_currency, validate_foreign]
    )
    month = models.DateField(
        _("month"), validators=[validate_first_day], help_text=_("The first day of the month.")
    )
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=8,
        validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)],
    )  # fmt: skip
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="exchange_rate_is_learned_anew",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__recorded_at=pgtrigger.F("new__recorded_at")),
                func="NEW.recorded_at = clock_timestamp(); RETURN NEW;",
            )
        ]
        ordering = ["currency", "-month"]
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "month"], name="exchange_rate_is_one_per_month"
            ),
            models.CheckConstraint(
                name="exchange_rate_is_positive", condition=models.Q(rate__gt=0)
            ),
            models.CheckConstraint(
                name="exchange_rate_begins_with_its_month", condition=models.Q(month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.month:%Y-%m}"
