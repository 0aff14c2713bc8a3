from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.exchange_rate import ExchangeRate
from customers.querysets import OfCustomerQuerySet
from lib.audit import audited
from lib.money import validate_currency
from lib.stamps import stamped, updated_at

SHARE = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]


@audited(exclude=["updated_at"])
class CostLine(models.Model):
    """Money spent on the days `[starts_on, until)`, and which part of it keeps or wins customers.

    Spread evenly over its days, so that a line across two months counts in both. What is left of
    the two shares serves neither, such as support that belongs to the cost of the product.
    """

    class Kind(models.TextChoices):
        SALARIES = "salaries", _("Salaries")
        TOOLS = "tools", _("Tools")
        PROGRAMME = "programme", _("Programme")
        CAMPAIGN = "campaign", _("Campaign")
        DISCOUNT = "discount", _("Discount")
        SUPPORT = "support", _("Support")
        SALES = "sales", _("Sales and marketing")
        OTHER = "other", _("Other costs")

    external_id = models.CharField(_("external id"), max_length=200, unique=True, null=True,
                                   blank=True)  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    label = models.CharField(_("what for"), max_length=200)
    starts_on = models.DateField(_("first day"))
    until = models.DateField(_("first day without"))
    amount = models.DecimalField(
        _("amount"), max_digits=22, decimal_places=4, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    retention_share = models.DecimalField(
        _("share for keeping customers"), max_digits=5, decimal_places=4, validators=SHARE,
        help_text=_("From 0 to 1."),
    )  # fmt: skip
    acquisition_share = models.DecimalField(
        _("share for winning customers"), max_digits=5, decimal_places=4, default=Decimal(0),
        validators=SHARE, help_text=_("From 0 to 1."),
    )  # fmt: skip
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, null=True, blank=True, related_name="cost_lines",
        verbose_name=_("customer"), help_text=_("Only when it was spent on one customer."),
    )  # fmt: skip
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("entered by"), editable=False,
    )  # fmt: skip
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = updated_at()

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        triggers = [stamped("cost_line_is_stamped")]
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("cost line")
        verbose_name_plural = _("cost lines")
        constraints = [
            models.CheckConstraint(
                name="cost_line_ends_after_it_starts", condition=Q(until__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="cost_line_amount_is_not_negative", condition=Q(amount__gte=0)
            ),
            models.CheckConstraint(
                name="cost_line_shares_are_at_most_the_whole",
                condition=Q(retention_share__gte=0, acquisition_share__gte=0)
                & Q(retention_share__lte=1 - F("acquisition_share")),
            ),
        ]
        indexes = [
            models.Index(fields=["until", "starts_on"], name="cost_line_by_days"),
            models.Index(fields=["created_at", "id"], name="cost_line_by_creation"),
            models.Index(fields=["updated_at", "id"], name="cost_line_by_update"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def last_day(self) -> date:
        return self.until - timedelta(days=1)

    def clean(self) -> None:
        faults: dict[str, Any] = {}
        if self.starts_on and self.until and self.until <= self.starts_on:
            faults["until"] = _("The first day without must come after the first day.")
        shares = (self.retention_share, self.acquisition_share)
        if None not in shares and sum(shares) > 1:
            faults["acquisition_share"] = _("The two shares must not come to more than 1.")
        if self.currency and not has_rate(self.currency):
            faults["currency"] = _("Enter an exchange rate for this currency first.")
        if faults:
            raise ValidationError(faults)


def has_rate(currency: str) -> bool:
    if currency == settings.REPORTING_CURRENCY:
        return True
    return ExchangeRate.objects.filter(currency=currency).exists()


def currencies_with_rate() -> set[str]:
    """The currencies that a cost line may be in."""
    known = ExchangeRate.objects.order_by().values_list("currency", flat=True).distinct()
    return {settings.REPORTING_CURRENCY, *known}
