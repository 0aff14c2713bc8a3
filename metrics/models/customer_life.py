from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet


class CustomerLife(models.Model):
    """When a customer first paid, and first stopped: built from the ledger, one row for each.

    `cohort` is the first day of the month it first paid in and never changes (REV-11).
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="+",
        verbose_name=_("customer"),
    )  # fmt: skip
    joined_on = models.DateField(_("first paid day"))
    cohort = models.DateField(_("cohort"))
    # The first day without MRR, also where the customer came back later.
    first_lost_on = models.DateField(_("first lost on"), null=True, blank=True)
    # The first day any of its subscriptions is known from.
    known_from = models.DateField(_("contracts known from"))
    plan = models.CharField(_("first plan"), max_length=100, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["joined_on", "customer_id"]
        verbose_name = _("life of a customer")
        verbose_name_plural = _("lives of customers")
        indexes = [models.Index(fields=["cohort", "customer"], name="customer_life_by_cohort")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.joined_on}"


class CohortStep(models.Model):
    """What changed for a customer between two month ends; sums of steps are cohort triangles.

    `age` counts months from the cohort, 0 is the month of joining and always has a row. Each
    figure is the change since the month end before: whether it pays (-1, 0, 1), its annual value
    (`net`), and that value capped at what it joined with (`gross`); the same again while it has
    never been lost at a month end. Money is at the exchange rates of the joining month.
    """

    # Found along the unique key, which begins with it.
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="+", db_index=False,
        verbose_name=_("customer"),
    )  # fmt: skip
    cohort = models.DateField(_("cohort"))
    age = models.SmallIntegerField(_("age in months"))
    plan = models.CharField(_("first plan"), max_length=100, blank=True)
    joined = models.SmallIntegerField(_("joined"))
    joined_with = models.DecimalField(_("joined with"), max_digits=30, decimal_places=12)
    paying = models.SmallIntegerField(_("paying"))
    net = models.DecimalField(_("annual value"), max_digits=30, decimal_places=12)
    gross = models.DecimalField(_("annual value, capped"), max_digits=30, decimal_places=12)
    surviving = models.SmallIntegerField(_("never lost"))
    net_surviving = models.DecimalField(
        _("annual value, never lost"), max_digits=30, decimal_places=12
    )
    gross_surviving = models.DecimalField(
        _("annual value, capped, never lost"), max_digits=30, decimal_places=12
    )

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["cohort", "age", "customer_id"]
        verbose_name = _("step of a cohort")
        verbose_name_plural = _("steps of cohorts")
        constraints = [
            models.UniqueConstraint(fields=["customer", "age"], name="cohort_step_once_per_age")
        ]
        indexes = [models.Index(fields=["cohort", "age"], name="cohort_step_by_cohort")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.cohort} +{self.age}"
