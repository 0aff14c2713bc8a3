from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import TraitBagQuerySet


class TraitBag(models.Model):
    """What programs said of a customer and no attribute takes: not declared, or of another type."""

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="trait_bag",
        verbose_name=_("customer"),
    )  # fmt: skip
    # By the name that was sent: the value that came last.
    traits = models.JSONField(_("traits"), default=dict)
    updated_at = models.DateTimeField(_("last said"), default=timezone.now)

    objects = TraitBagQuerySet.as_manager()

    class Meta:
        verbose_name = _("undeclared traits")
        verbose_name_plural = _("undeclared traits")
        indexes = [models.Index(fields=["-updated_at"], name="traits_said_last")]

    def __str__(self) -> str:
        return str(self.customer_id)
