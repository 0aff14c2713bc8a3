from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from lib.audit import audited, audited_by_people


@audited(exclude=["figures"])
class ClosedMonth(models.Model):
    """A month whose figures were reported: they stay as they were, whatever is learned later.

    `figures` holds each figure as it was then, by its code; `settings_used` what it was counted
    with, and `inputs_hash` a mark of the facts it was counted from (GEN-6).
    """

    month = models.DateField(_("month"), unique=True, help_text=_("The first day of the month."))
    closed_at = models.DateTimeField(_("closed"), default=timezone.now)
    # Nobody for the clock, and for the operator at the server's command line.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("closed by"),
    )  # fmt: skip
    # What was recorded before this moment is in the figures.
    cut_off = models.DateTimeField(_("data cut-off"))
    settings_used = models.JSONField(_("settings used"), default=dict)
    inputs_hash = models.CharField(_("mark of the inputs"), max_length=64)
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        ordering = ["-month"]
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [
            models.CheckConstraint(
                name="closed_month_begins_with_its_month", condition=Q(month__day=1)
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return reverse("metrics:closed_month_detail", args=[f"{self.month:%Y-%m}"])

    @property
    def reported_mrr(self) -> Decimal | None:
        """In the currency it was reported in."""
        value = self.figures.get("mrr", {}).get("value")
        return None if value is None else Decimal(value)

    @property
    def currency(self) -> str:
        return str(self.settings_used.get("currency", settings.REPORTING_CURRENCY))


class MonthClosingQuerySet(models.QuerySet["MonthClosing"]):
    def waiting(self) -> Self:
        """Those that nobody closes at the moment and that were not given up."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=timezone.now())
        return self.filter(free, obstacle="")


@audited_by_people(exclude=["claimed_until", "tries"])
class MonthClosing(models.Model):
    """Somebody asked to close a month. The row is there until it is closed."""

    month = models.DateField(_("month"), primary_key=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("asked by"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    # Who closes it holds it until then; after that another one may.
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Why it was given up, in the language of who asked; empty while there is hope.
    obstacle = models.TextField(_("why it was not closed"), blank=True)

    objects = MonthClosingQuerySet.as_manager()

    class Meta:
        ordering = ["-month"]
        verbose_name = _("closing of a month")
        verbose_name_plural = _("closings of months")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    def try_again(self, by: Any) -> bool:
        """Whether it had been given up, and now is not any more."""
        given_up = MonthClosing.objects.filter(pk=self.pk).exclude(obstacle="")
        fresh = {"obstacle": "", "tries": 0, "claimed_until": None, "asked_at": timezone.now()}
        return bool(given_up.update(asked_by=by, **fresh))

    def put_back(self, until: datetime) -> None:
        """To be tried again from then on."""
        MonthClosing.objects.filter(pk=self.pk, tries=self.tries).update(claimed_until=until)

    def give_up(self, obstacle: str) -> None:
        MonthClosing.objects.filter(pk=self.pk, tries=self.tries).update(
            claimed_until=None, obstacle=obstacle
        )


class ClosedLine(models.Model):
    """A line of the ledger as it was reported, and before the first what each customer paid.

    A line stays when its customer is gone, so the number of the customer holds on to nothing.
    """

    OPENING = "opening"

    closed_month = models.ForeignKey(
        ClosedMonth, models.CASCADE, related_name="lines", verbose_name=_("closed month")
    )
    customer: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False,
        verbose_name=_("customer"),
    )  # fmt: skip
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=12)
    reason = models.CharField(_("reason"), max_length=30, blank=True)
    plan = models.CharField(_("plan"), max_length=100, blank=True)
    amount = models.DecimalField(_("annual amount"), max_digits=30, decimal_places=12)
    balance = models.DecimalField(_("annual value after"), max_digits=30, decimal_places=12)
    natives = models.JSONField(null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["closed_month", "customer_id", "day", "pk"]
        verbose_name = _("line of a closed month")
        verbose_name_plural = _("lines of closed months")
        constraints = [
            models.UniqueConstraint(
                fields=["closed_month", "customer", "day", "kind"],
                name="closed_line_once_per_kind_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day} {self.kind}"
