from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.querysets import OfCustomerQuerySet
from lib.audit import audited


@audited()
class TouchPin(models.Model):
    """Somebody holds a customer in a touch tier, with a reason and until a last day."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, related_name="touch_pin", verbose_name=_("customer")
    )
    touch = models.CharField(_("touch tier"), max_length=4, choices=Customer.Touch.choices)
    reason = models.CharField(_("reason"), max_length=200)
    until = models.DateField(_("last day"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("pinned by"), editable=False,
    )  # fmt: skip
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("pinned touch tier")
        verbose_name_plural = _("pinned touch tiers")
        constraints = [
            models.CheckConstraint(name="touch_pin_has_a_reason", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_touch_display()} {self.until}"

    def holds_on(self, day: date) -> bool:
        return day <= self.until
