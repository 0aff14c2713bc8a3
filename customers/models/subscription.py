"""Subscriptions with two clocks.

A subscription is only an identity; what it costs and for how long stands in its versions, which
are never changed. `effective_on` says from which day a version rules, `recorded_at` when we
learned it. A correction is a newer version for the same or an earlier day (GEN-4).
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet, SubscriptionVersionQuerySet
from lib.audit import Noted, audited, audited_by_people
from lib.money import validate_currency
from lib.stamps import stamped, updated_at

# More than any contract is worth in a year, and as much as the ledger can hold.
MOST_A_YEAR = Decimal(10) ** 17
A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


def is_worth_too_much(price: Decimal, quantity: Decimal, interval: str, count: int) -> bool:
    return price * quantity * A_YEAR[interval] > MOST_A_YEAR * count


@audited(exclude=["updated_at"])
class Subscription(models.Model):
    """One contract line of a customer, through all its changes."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="subscriptions",
        verbose_name=_("customer"),
    )  # fmt: skip
    product = models.ForeignKey(
        "customers.Product", models.PROTECT, null=True, blank=True, related_name="subscriptions",
        verbose_name=_("product"),
    )  # fmt: skip
    external_id = models.CharField(_("external id"), max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = updated_at()

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        triggers = [stamped("subscription_is_stamped")]
        ordering = ["pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [
            models.Index(fields=["created_at", "id"], name="subscription_by_creation"),
            models.Index(fields=["updated_at", "id"], name="subscription_by_update"),
        ]

    def __str__(self) -> str:
        return self.external_id


@audited_by_people()
class SubscriptionVersion(models.Model):
    """What a subscription is from `effective_on` until a later version, as learned then."""

    class Interval(models.TextChoices):
        DAY = "day", _("day")
        WEEK = "week", _("week")
        MONTH = "month", _("month")
        YEAR = "year", _("year")

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="versions", verbose_name=_("subscription")
    )
    effective_on = models.DateField(_("effective from"))
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    plan = models.CharField(_("plan"), max_length=100, blank=True)
    price = models.DecimalField(
        _("price per unit and interval"), max_digits=28, decimal_places=12, default=Decimal(0)
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    quantity = models.DecimalField(
        _("quantity (seats)"), max_digits=16, decimal_places=4, default=Decimal(1)
    )
    interval = models.CharField(
        _("interval"), max_length=5, choices=Interval.choices, default=Interval.MONTH
    )
    interval_count = models.PositiveSmallIntegerField(_("intervals"), default=1)
    trial_ends_on = models.DateField(
        _("first paid day"), null=True, blank=True,
        help_text=_("A trial counts as 0 before this day."),
    )  # fmt: skip
    paused_on = models.DateField(_("paused from"), null=True, blank=True)
    resumes_on = models.DateField(_("resumes on"), null=True, blank=True)
    ends_on = models.DateField(
        _("first day without service"), null=True, blank=True,
        help_text=_("Empty while no end is known."),
    )  # fmt: skip
    past_due_since = models.DateField(_("past due since"), null=True, blank=True)
    renews_on = models.DateField(_("renews on"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("notice (days)"), default=0)
    auto_renews = models.BooleanField(_("renews by itself"), default=True)
    reason = models.CharField(_("reason"), max_length=50, blank=True)
    # Noted by the database. Neither holds on to a person or a key that goes.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        db_default=Noted(word="user"), db_constraint=False, db_index=False,
        verbose_name=_("recorded by"),
    )  # fmt: skip
    recorded_with = models.ForeignKey(
        "accounts.ApiKey", models.SET_NULL, null=True, editable=False, related_name="+",
        db_default=Noted(word="key"), db_constraint=False, db_index=False,
        verbose_name=_("recorded with"),
    )  # fmt: skip

    objects = SubscriptionVersionQuerySet.as_manager()

    class Meta:
        ordering = ["subscription", "effective_on", "recorded_at", "pk"]
        verbose_name = _("subscription version")
        verbose_name_plural = _("subscription versions")
        constraints = [
            models.CheckConstraint(
                name="subscription_version_price_is_not_negative", condition=Q(price__gte=0)
            ),
            models.CheckConstraint(
                name="subscription_version_quantity_is_not_negative", condition=Q(quantity__gte=0)
            ),
            models.CheckConstraint(
                name="subscription_version_interval_is_one_or_more",
                condition=Q(interval_count__gte=1),
            ),
            models.CheckConstraint(
                name="subscription_version_resumes_after_its_pause",
                condition=Q(resumes_on__isnull=True) | Q(resumes_on__gt=F("paused_on")),
            ),
        ]
        indexes = [
            # The version in force on a day, as known at a moment.
            models.Index(
                "subscription", F("effective_on").desc(), F("recorded_at").desc(),
                name="subscription_version_in_force",
            ),
            models.Index(fields=["recorded_at"], name="subscription_version_recorded"),
            # Versions of which something is still to come after a day: which end or pause later, or
            # are not in force yet. Most of these were signed later, which the index tells.
            models.Index(
                Greatest("ends_on", "paused_on", "resumes_on"),
                name="subscription_version_last_day",
            ),
            models.Index(
                fields=["effective_on", "recorded_at"], include=["subscription"],
                name="subscription_version_signed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.subscription} {self.effective_on}"


@audited_by_people()
class Discount(models.Model):
    """A window in which a version costs less, by a share or by an amount per interval."""

    version = models.ForeignKey(SubscriptionVersion, models.CASCADE, related_name="discounts")
    percent = models.DecimalField(
        _("percent"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    amount = models.DecimalField(
        _("amount per interval"), max_digits=22, decimal_places=4, null=True, blank=True
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("first day without"), null=True, blank=True)

    class Meta:
        ordering = ["version", "starts_on", "pk"]
        verbose_name = _("discount")
        verbose_name_plural = _("discounts")
        constraints = [
            models.CheckConstraint(
                name="discount_is_percent_or_amount",
                condition=Q(percent__isnull=True, amount__isnull=False)
                | Q(percent__isnull=False, amount__isnull=True),
            ),
            models.CheckConstraint(
                name="discount_percent_is_a_share",
                condition=Q(percent__isnull=True) | Q(percent__gt=0, percent__lte=100),
            ),
            models.CheckConstraint(
                name="discount_window_is_not_empty",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"-{self.percent} %" if self.percent is not None else f"-{self.amount}"
