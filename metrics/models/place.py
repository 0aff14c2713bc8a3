from django.db import models
from django.utils.translation import gettext_lazy as _


class Place(models.Model):
    """Where something is counted: a segment, a CSM (0 is nobody), a touch tier and a plan.

    Counted answers and invitations name the place of their customer on their day.
    """

    id = models.AutoField(_("number"), primary_key=True)
    segment = models.CharField(_("segment"), max_length=50, blank=True)
    csm_id = models.BigIntegerField(_("CSM"), default=0)
    touch = models.CharField(_("touch tier"), max_length=4, blank=True)
    plan = models.CharField(_("plan"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("place of counting")
        verbose_name_plural = _("places of counting")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "csm_id", "touch", "plan"], name="place_once_per_traits"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class MovedCustomer(models.Model):
    """A customer whose traits or ledger changed since its answers were placed.

    Noted by the database with the change itself (migration 0033), once for each change: nobody
    waits for another who notes the same customer. Until they are placed anew, pages look up where
    its answers belong.
    """

    customer_id = models.BigIntegerField(_("customer"))

    class Meta:
        verbose_name = _("moved customer")
        verbose_name_plural = _("moved customers")

    def __str__(self) -> str:
        return str(self.customer_id)
