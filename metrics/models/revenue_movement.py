import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.querysets import OfCustomerQuerySet
from metrics.models.latest_line import keeping
from metrics.models.month import MONTHS_LOCK

# Codes of reasons that are known; any other reason is the words of whoever wrote it.
REASONS = {
    "more_seats": _("more seats"),
    "fewer_seats": _("fewer seats"),
    "cancelled": _("cancelled"),
    "prior_period_adjustment": _("adjustment of a closed month"),
    "ended": _("contract ended"),
    "paused": _("paused"),
    "involuntary": _("unpaid for too long"),
    "moved_to_free": _("moved to a free plan"),
    "resumed": _("resumed"),
    "discount_expired": _("discount expired"),
    "discount_started": _("discount began"),
    "contracted_ramp": _("agreed step"),
    "price_rise": _("price rise"),
    "price_increase": _("price rise"),
    "renewed": _("renewed"),
    "other_currency": _("billed in another currency"),
}
# An update never moves a line to another customer.
LINES_CHANGE = {pgtrigger.Insert: "new", pgtrigger.Update: "new", pgtrigger.Delete: "old"}


class RevenueMovement(models.Model):
    """A line of the ledger: a customer's MRR changed on a day, netted per customer and day.

    Amounts are annual values in the reporting currency, so that /12 is exact for MRR (REV-1 A).
    """

    class Kind(models.TextChoices):
        NEW = "new", _("New")
        EXPANSION = "expansion", _("Expansion")
        CONTRACTION = "contraction", _("Contraction")
        CHURN = "churn", _("Churn")
        REACTIVATION = "reactivation", _("Reactivation")
        FX = "fx", pgettext_lazy("movement of MRR", "Exchange rates")

    # Found along the unique key, which begins with it.
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="+", db_index=False,
        verbose_name=_("customer"),
    )  # fmt: skip
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=30, blank=True)
    # Of the customer's largest subscription after the movement; of the last one after a churn.
    plan = models.CharField(_("plan"), max_length=100, blank=True)
    amount = models.DecimalField(_("annual amount"), max_digits=30, decimal_places=12)
    balance = models.DecimalField(_("annual value after"), max_digits=30, decimal_places=12)
    # What the balance is made of, as annual values by currency; null in the reporting currency.
    natives = models.JSONField(null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        triggers = [
            # Lines that nobody noted before go with their customer; so does its part in past
            # months, as in the trigger of `CustomerTrait`.
            pgtrigger.Trigger(
                name="months_forget_the_lines",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),  # type: ignore[no-untyped-call]
                func=f"""
                    IF NOT EXISTS (SELECT FROM gone WHERE customer_id NOT IN (
                        SELECT customer_id FROM metrics_changedledger WHERE lines IS NOT NULL
                    )) THEN
                        RETURN NULL;
                    END IF;
                    IF pg_try_advisory_xact_lock_shared({MONTHS_LOCK}) THEN
                        INSERT INTO metrics_changedledger AS noted (customer_id, lines, traits)
                        SELECT customer_id, jsonb_agg(to_jsonb(gone) - 'customer_id' - 'id'
                            ORDER BY day, kind <> 'fx'), coalesce((
                                SELECT jsonb_agg(to_jsonb(t) - 'customer_id' - 'id')
                                FROM metrics_customertrait t
                                WHERE t.customer_id = gone.customer_id
                            ), '[]')
                        FROM gone GROUP BY customer_id
                        ON CONFLICT (customer_id) DO UPDATE SET lines = excluded.lines
                            WHERE noted.lines IS NULL;
                    ELSE
                        INSERT INTO metrics_changedledger (customer_id, lines, traits)
                        VALUES (0, '[]', '[]') ON CONFLICT (customer_id) DO NOTHING;
                    END IF;
                    RETURN NULL;
                """,
            ),
            *(
                pgtrigger.Trigger(
                    name=f"latest_line_after_{operation}".lower(),
                    level=pgtrigger.Statement,
                    when=pgtrigger.After,
                    operation=operation,
                    referencing=pgtrigger.Referencing(**{side: "changed"}),  # type: ignore[no-untyped-call]
                    func=keeping("changed"),
                )
                for operation, side in LINES_CHANGE.items()
            ),
        ]
        ordering = ["day", "customer_id", "pk"]
        verbose_name = _("revenue movement")
        verbose_name_plural = _("revenue movements")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "day", "kind"], name="revenue_movement_once_per_kind_and_day"
            )
        ]
        indexes = [
            models.Index(fields=["day", "kind"], name="revenue_movement_by_day"),
            models.Index(fields=["plan"], name="revenue_movement_by_plan"),
            # What a customer paid, and on which plan, at the end of any day.
            models.Index(
                fields=["customer", "-day", "-id"],
                include=["plan", "balance"],
                name="revenue_movement_latest",
            ),
            # The few with money in other currencies.
            models.Index(
                fields=["id"],
                condition=models.Q(natives__isnull=False),
                name="revenue_movement_foreign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day} {self.kind}"

    @property
    def reason_in_words(self) -> str:
        return str(REASONS.get(self.reason, self.reason))
