from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited


@audited()
class Assumption(models.Model):
    """What a figure takes for granted from a day on: a new value is dated and signed.

    The default of each stands in metrics/assumptions.py and rules until the first entry.
    """

    class Name(models.TextChoices):
        GROSS_MARGIN = "gross_margin", _("Gross margin (0 to 1)")
        DISCOUNT_RATE = "discount_rate", _("Discount rate a year (0 to 1)")
        HORIZON_MONTHS = "horizon_months", _("Horizon of lifetime values, in months")
        SUPPORT_SHARE = "support_share", _("Share of support that keeps customers (0 to 1)")
        HIGH_TOUCH_FROM = "high_touch_from", _("Net value from which high touch pays")
        LOW_TOUCH_FROM = "low_touch_from", _("Net value from which low touch pays")
        ACQUISITION_LAG = "acquisition_lag", _("Months from spending to winning a customer")
        TIER_HOLD_DAYS = "tier_hold_days", _("Days a value must stay past a border of touch tiers")

    # More would be no assumption but a slip; no share is more than the whole.
    MOST = {
        Name.GROSS_MARGIN: 1, Name.DISCOUNT_RATE: 1, Name.SUPPORT_SHARE: 1,
        Name.HORIZON_MONTHS: 1200, Name.ACQUISITION_LAG: 120, Name.TIER_HOLD_DAYS: 3650,
    }  # fmt: skip

    name = models.CharField(_("assumption"), max_length=20, choices=Name.choices)
    effective_on = models.DateField(_("effective from"))
    value = models.DecimalField(_("value"), max_digits=22, decimal_places=6)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("entered by"), editable=False,
    )  # fmt: skip
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "-effective_on"]
        verbose_name = _("assumption")
        verbose_name_plural = _("assumptions")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "effective_on"], name="assumption_once_per_name_and_day"
            ),
            models.CheckConstraint(
                name="assumption_is_not_negative", condition=models.Q(value__gte=0)
            ),
            models.CheckConstraint(
                name="assumption_share_is_at_most_the_whole",
                condition=~models.Q(name__in=["gross_margin", "discount_rate", "support_share"])
                | models.Q(value__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} {self.effective_on}"

    def clean(self) -> None:
        most = self.MOST.get(self.Name(self.name)) if self.name in self.Name.values else None
        if most is not None and self.value is not None and self.value > most:
            message = _("This must be at most %(most)s.") % {"most": most}
            raise ValidationError({"value": message})
