from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet


class ContractTerm(models.Model):
    """A contract reached the end of a term: what it was worth, and what it was renewed to.

    `last_day` is the last day of service of the term. Values are annual, in the reporting currency
    at the rates of the first day after it. Not renewed: `renewed_on` is empty, `renewed` is 0.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="+", verbose_name=_("customer")
    )
    # Found along the unique key, which begins with it.
    subscription = models.ForeignKey(
        "customers.Subscription", models.CASCADE, related_name="+", db_index=False,
        verbose_name=_("contract"),
    )  # fmt: skip
    last_day = models.DateField(_("last day of the term"))
    expiring = models.DecimalField(_("annual value expiring"), max_digits=30, decimal_places=12)
    renewed = models.DecimalField(_("annual value renewed"), max_digits=30, decimal_places=12)
    renewed_on = models.DateField(_("renewed on"), null=True, blank=True)
    is_early = models.BooleanField(_("renewed before its end"), default=False)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["last_day", "pk"]
        verbose_name = _("term of a contract")
        verbose_name_plural = _("terms of contracts")
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "last_day"], name="contract_term_once_per_end"
            )
        ]
        indexes = [models.Index(fields=["last_day", "id"], name="contract_term_by_last_day")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.last_day}"
