import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from metrics.models.month import MONTHS_LOCK


class CustomerTrait(models.Model):
    """Under which segment, CSM and touch tier a customer was counted on the days `[since, until)`.

    A figure of a past period counts a customer where it stood then, not where it stands today.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="+", verbose_name=_("customer")
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("first day without"), null=True, blank=True)
    segment = models.CharField(_("segment"), max_length=50, blank=True)
    csm_id = models.BigIntegerField(_("CSM"), null=True, blank=True)
    touch = models.CharField(_("touch tier"), max_length=4, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        triggers = [
            # Traits go only with their customer, whose part in past months goes as well. Whoever
            # sums them up at this moment may have read them or not, so all is summed up again.
            pgtrigger.Trigger(
                name="months_forget_the_customer",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),  # type: ignore[no-untyped-call]
                func=f"""
                    IF pg_try_advisory_xact_lock_shared({MONTHS_LOCK}) THEN
                        INSERT INTO metrics_changedledger (customer_id, lines, traits)
                        SELECT customer_id, NULL,
                            jsonb_agg(to_jsonb(gone) - 'customer_id' - 'id')
                        FROM gone GROUP BY customer_id
                        ON CONFLICT (customer_id) DO NOTHING;
                    ELSE
                        INSERT INTO metrics_changedledger (customer_id, lines, traits)
                        VALUES (0, '[]', '[]') ON CONFLICT (customer_id) DO NOTHING;
                    END IF;
                    RETURN NULL;
                """,
            )
        ]
        ordering = ["customer_id", "since"]
        verbose_name = _("trait of a customer")
        verbose_name_plural = _("traits of customers")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "since"], name="customer_trait_once_per_day"
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(until__isnull=True),
                name="customer_trait_one_is_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.since}"
