"""Conclusions about months: what pages of figures read instead of the ledger.

Each row is a sum over the customers who share the traits and the plan, so rows add up to any
choice of them. They say the same as the ledger and are written by metrics/revenue/months.py.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

# Whoever changes what the months sum up shares this lock, whoever sums them up has it alone.
MONTHS_LOCK = 7_204_001


def annual(label: Any) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=34, decimal_places=12, default=0)


def squared(label: Any) -> models.DecimalField:  # type: ignore[type-arg]
    """A sum of products of two annual values."""
    return models.DecimalField(label, max_digits=68, decimal_places=24, default=0)


class ByTraits(models.Model):
    """The customers a row speaks of. CSM 0 is nobody."""

    month = models.DateField(_("month"))
    segment = models.CharField(_("segment"), max_length=50, blank=True)
    csm_id = models.BigIntegerField(_("CSM"), default=0)
    touch = models.CharField(_("touch tier"), max_length=4, blank=True)
    plan = models.CharField(_("plan"), max_length=100, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.month} {self.segment} {self.plan}"


class BookedMonth(models.Model):
    """A month whose conclusions are written, up to the last booked day of the ledger."""

    month = models.DateField(_("month"), primary_key=True)
    # The lengths of the windows, in months, that end with it.
    windows = ArrayField(models.SmallIntegerField(), verbose_name=_("windows"))
    # A change of the rates in force revalues the start sets of all windows.
    rates = models.CharField(_("fingerprint of the rates"), max_length=32)

    class Meta:
        ordering = ["-month"]
        verbose_name = _("booked month")
        verbose_name_plural = _("booked months")

    def __str__(self) -> str:
        return str(self.month)


class MonthBook(ByTraits):
    """What became of those who paid before a window of whole months that ends with `month`.

    Traits and plan are those at the end of the day before the window. Values are annual, those of
    the start at the rates of `month`; `change` is end less start, `loss` what of it is below zero.
    """

    window_months = models.SmallIntegerField(_("window (months)"))
    start_customers = models.IntegerField(_("customers at the start"), default=0)
    lost = models.IntegerField(_("lost"), default=0)
    paused = models.IntegerField(_("of them paused"), default=0)
    # Came and left inside the window: in no rate.
    early = models.IntegerField(_("early churn"), default=0)
    start_value = annual(_("value at the start"))
    lost_value = annual(_("value of those lost"))
    change = annual(_("change"))
    loss = annual(_("loss"))
    start_squared = squared(_("start squared"))
    start_change = squared(_("start by change"))
    change_squared = squared(_("change squared"))
    start_loss = squared(_("start by loss"))
    loss_squared = squared(_("loss squared"))

    class Meta:
        verbose_name = _("book of a month")
        verbose_name_plural = _("books of months")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "window_months", "segment", "csm_id", "touch", "plan"],
                name="month_book_once_per_window_and_traits",
            )
        ]


class MonthStock(ByTraits):
    """Who pays at the end of a month, under the traits and the plan of then."""

    customers = models.IntegerField(_("paying customers"), default=0)
    # Of them who joined fewer than so many months before the next month; null before a month was
    # summed up with it.
    within_3 = models.IntegerField(null=True)
    within_12 = models.IntegerField(null=True)
    within_24 = models.IntegerField(null=True)
    within_36 = models.IntegerField(null=True)
    value = annual(_("annual value"))

    class Meta:
        verbose_name = _("stock of a month")
        verbose_name_plural = _("stocks of months")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "segment", "csm_id", "touch", "plan"],
                name="month_stock_once_per_traits",
            )
        ]


class MonthMovement(ByTraits):
    """The movements of a month, each under the traits its customer had that day."""

    kind = models.CharField(_("kind"), max_length=12)
    reason = models.CharField(_("reason"), max_length=30, blank=True)
    movements = models.IntegerField(_("movements"), default=0)
    amount = annual(_("annual amount"))

    class Meta:
        verbose_name = _("movements of a month")
        verbose_name_plural = _("movements of months")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "kind", "reason", "segment", "csm_id", "touch", "plan"],
                name="month_movement_once_per_kind_and_traits",
            )
        ]


class ChangedLedger(models.Model):
    """A customer whose ledger or traits changed since the months were written: both as they were.

    `lines` are None where they are still those of the ledger. Triggers note who is deleted.
    `customer_id` 0 says that all months have to be written anew.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    lines = models.JSONField(default=list, null=True)
    traits = models.JSONField(default=list)

    class Meta:
        verbose_name = _("changed ledger")
        verbose_name_plural = _("changed ledgers")

    def __str__(self) -> str:
        return str(self.customer_id)
