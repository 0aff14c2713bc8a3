from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from lib.audit import audited
from lib.money import validate_currency
from lib.stamps import stamped, updated_at


@audited(exclude=["updated_at"])
class Purchase(models.Model):
    """A purchase or an invoice: money asked for once, and when it came."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="purchases", verbose_name=_("customer")
    )
    external_id = models.CharField(_("external id"), max_length=200, unique=True)
    number = models.CharField(_("invoice number"), max_length=100, blank=True)
    purchased_on = models.DateField(_("date"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    paid_on = models.DateField(_("paid"), null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=22, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = updated_at()

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        triggers = [stamped("purchase_is_stamped")]
        ordering = ["-purchased_on", "-pk"]
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        indexes = [
            models.Index(fields=["customer", "-purchased_on"], name="purchase_by_customer"),
            models.Index(
                fields=["customer", "due_on"], name="purchase_unpaid",
                condition=models.Q(paid_on__isnull=True),
            ),
            # With what a year of purchases comes to, so that no row is read for it.
            models.Index(
                fields=["purchased_on"], name="purchase_by_day",
                include=["customer", "amount", "currency"],
            ),
            models.Index(fields=["created_at", "id"], name="purchase_by_creation"),
            models.Index(fields=["updated_at", "id"], name="purchase_by_update"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or self.external_id

    def is_overdue_on(self, day: date) -> bool:
        unpaid = self.paid_on is None or self.paid_on > day
        return unpaid and self.due_on is not None and self.due_on < day
