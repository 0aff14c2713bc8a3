from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.querysets import OfCustomerQuerySet


class CustomerValueQuerySet(OfCustomerQuerySet):
    def moved(self) -> Self:
        """Of customers served in another tier than suggested, the most valuable first."""
        return self.filter(~Q(suggested=F("served"))).order_by("-net_value", "pk")


class CustomerValue(models.Model):
    """What a customer is worth and costs, and the touch tier that follows; one row each.

    Amounts are in the reporting currency, of a month unless said otherwise.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="value",
        verbose_name=_("customer"),
    )  # fmt: skip
    day = models.DateField(_("as of"))
    margin = models.DecimalField(_("margin a month"), max_digits=22, decimal_places=4)
    minutes = models.IntegerField(_("minutes in twelve months"), default=0)
    cost_to_serve = models.DecimalField(_("cost to serve a month"), max_digits=22, decimal_places=4)
    value = models.DecimalField(_("lifetime value"), max_digits=22, decimal_places=4)
    net_value = models.DecimalField(
        _("lifetime value net of cost to serve"), max_digits=22, decimal_places=4
    )
    suggested = models.CharField(
        _("suggested touch tier"), max_length=4, choices=Customer.Touch.choices
    )
    # The tier of the customer itself. The database writes it along with each change of that, so
    # that the few who should be served otherwise are found without looking at everybody.
    served = models.CharField(_("touch tier"), max_length=4, choices=Customer.Touch.choices)
    # What the value alone says; it becomes the suggestion when it has said so long enough.
    candidate = models.CharField(
        _("on the way to"), max_length=4, choices=Customer.Touch.choices, blank=True
    )
    candidate_since = models.DateField(_("since"), null=True, blank=True)

    # What purchases foretell (BG/NBD with Gamma-Gamma); null where the models were not fitted.
    alive = models.FloatField(_("probability that it still buys"), null=True, blank=True)
    purchases_ahead = models.FloatField(_("purchases in twelve months"), null=True, blank=True)
    margin_ahead = models.DecimalField(
        _("margin of purchases in twelve months"), max_digits=22, decimal_places=4, null=True,
        blank=True,
    )  # fmt: skip

    objects = CustomerValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("value of a customer")
        verbose_name_plural = _("values of customers")
        indexes = [
            models.Index(fields=["-net_value", "customer"], name="customer_value_by_net_value"),
            models.Index(fields=["-cost_to_serve", "customer"], name="customer_value_by_cost"),
            models.Index(
                fields=["-net_value", "customer"], name="customer_value_moved",
                condition=~Q(suggested=F("served")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"
