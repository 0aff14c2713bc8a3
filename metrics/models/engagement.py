from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet


class EngagementCounts(models.Model):
    """What 28 days of use come to, with the traits of the last day. All of it may be summed up.

    People are counted at each customer: somebody who works for two is two. `days` are the days
    people were active, summed over people; the words `weekday` and `week` mean Monday to Friday and
    the last seven days.
    """

    day = models.DateField(_("day"))
    segment = models.CharField(_("segment"), max_length=50, blank=True)
    csm_id = models.BigIntegerField(_("CSM"), null=True, blank=True)
    touch = models.CharField(_("touch tier"), max_length=4, blank=True)
    plan = models.CharField(_("plan"), max_length=100, blank=True)
    seats = models.DecimalField(_("seats"), max_digits=18, decimal_places=4, default=0)
    people = models.BigIntegerField(_("active people"), default=0)
    people_seated = models.BigIntegerField(_("active people of customers with seats"), default=0)
    people_today = models.BigIntegerField(_("active on the day"), default=0)
    people_week = models.BigIntegerField(_("active in the week"), default=0)
    people_weekday = models.BigIntegerField(_("active on weekdays"), default=0)
    came_back = models.BigIntegerField(_("came back"), default=0)
    days = models.BigIntegerField(_("active days"), default=0)
    days_weekday = models.BigIntegerField(_("active weekdays"), default=0)
    sessions = models.BigIntegerField(_("sessions"), default=0)
    session_seconds = models.BigIntegerField(_("seconds in sessions"), default=0)

    # Core features: those the contracts include, those used at all, those used often enough.
    entitled = models.BigIntegerField(_("features included"), default=0)
    used = models.BigIntegerField(_("features used"), default=0)
    adopted = models.BigIntegerField(_("features adopted"), default=0)

    class Meta:
        abstract = True


class CustomerEngagement(EngagementCounts):
    """One customer's 28 days up to a day that is kept: the last night, and ends of months."""

    # Every night writes a row for nearly everybody; a constraint would lock each customer for it.
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="+", verbose_name=_("customer"),
        db_constraint=False,
    )  # fmt: skip
    # Uses of each core feature, by the feature's number.
    features = models.JSONField(_("uses by feature"), default=dict)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "customer_id"]
        verbose_name = _("engagement of a customer")
        verbose_name_plural = _("engagement of customers")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "customer"], name="customer_engagement_once_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


class EngagementDay(EngagementCounts):
    """All customers of equal traits together: the points of the trends, kept for every night."""

    customers = models.IntegerField(_("customers"), default=0)
    # How many sessions took how many whole minutes: {"0": 12, "7": 3}
    minutes = models.JSONField(_("sessions by minutes"), default=dict)
    # Of each core feature how many customers could use it, did, and adopted it: {"7": [9, 5, 2]}
    features = models.JSONField(_("customers by feature"), default=dict)

    class Meta:
        ordering = ["-day", "pk"]
        verbose_name = _("day of engagement")
        verbose_name_plural = _("days of engagement")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "segment", "csm_id", "touch", "plan"],
                name="engagement_day_once_per_traits",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return str(self.day)
