from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from metrics.models.health_score import HealthScore


class Snapshot(models.Model):
    """What we concluded about a customer last night: one row each, read by every list."""

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="snapshot"
    )
    day = models.DateField(_("as of"))
    health_score = models.DecimalField(
        _("health"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    health_band = models.CharField(
        _("band"), max_length=5, choices=HealthScore.Band.choices, default=HealthScore.Band.NONE
    )
    health_coverage = models.DecimalField(_("coverage"), max_digits=4, decimal_places=3, default=0)
    health_change_7 = models.DecimalField(
        _("change in 7 days"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    # Money of the customer's own subscriptions at the end of the day, in the reporting currency.
    mrr = models.DecimalField(_("MRR"), max_digits=22, decimal_places=4, default=0)
    # The annual value MRR is a twelfth of, exact, so that the night sees every change of it.
    annual_value = models.DecimalField(max_digits=30, decimal_places=12, default=0)
    renews_on = models.DateField(_("renews on"), null=True, blank=True)
    seats = models.DecimalField(_("seats"), max_digits=16, decimal_places=4, null=True, blank=True)
    active_people_28 = models.IntegerField(_("active people in 28 days"), default=0)
    usage_28 = models.BigIntegerField(_("uses in 28 days"), default=0)
    usage_before_28 = models.BigIntegerField(_("uses in the 28 days before"), default=0)
    nps_score = models.PositiveSmallIntegerField(_("last NPS answer"), null=True, blank=True)
    nps_on = models.DateField(_("answered on"), null=True, blank=True)
    open_urgent_tickets = models.IntegerField(_("urgent tickets"), default=0)
    # The night the score could not be computed; the figures are older than that.
    stale_since = models.DateField(_("out of date since"), null=True, blank=True)
    days_past_due = models.IntegerField(_("days past due"), default=0)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        indexes = [
            # The Customers page sorted by health, by money and by renewal.
            models.Index(
                F("health_score").asc(nulls_last=True), "customer", name="snapshot_by_health"
            ),
            models.Index(fields=["health_band", "health_score"], name="snapshot_by_band"),
            models.Index(fields=["-mrr", "customer"], name="snapshot_by_mrr"),
            models.Index(
                F("renews_on").asc(nulls_last=True), "customer", name="snapshot_by_renewal"
            ),
            # And by the last answer and by the change of use.
            models.Index(
                fields=["nps_score", "customer"],
                name="snapshot_by_nps",
                condition=Q(nps_score__isnull=False),
            ),
            models.Index(
                F("usage_28") - F("usage_before_28"),
                "customer",
                name="snapshot_by_usage_change",
                # Without them PostgreSQL would read each row it skips on the way to a far page.
                include=["usage_28", "usage_before_28"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"

    @property
    def usage_change(self) -> int:
        """Uses in 28 days, less those in the 28 days before."""
        return self.usage_28 - self.usage_before_28
