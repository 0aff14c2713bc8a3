import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lib.audit import audited
from lib.money import validate_currency


@audited()
class ExchangeRate(models.Model):
    """What one unit of a currency is worth in the reporting currency during one month.

    `recorded_at` is when this worth was learned. A correction moves it on; the log of changes keeps
    what was believed before, so that books can be read as they were known then (GEN-4).
    """

    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)
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
