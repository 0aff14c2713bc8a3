from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from lib.audit import audited


@audited()
class WinBack(models.Model):
    """What people do to win a lost customer back; that it came back the ledger says."""

    class State(models.TextChoices):
        NOT_TRIED = "not_tried", _("Not tried")
        CONTACTED = "contacted", _("Being contacted")
        GIVEN_UP = "given_up", _("Lost for good")

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="win_back",
        verbose_name=_("customer"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("author"),
    )  # fmt: skip
    noted_at = models.DateTimeField(_("noted"), default=timezone.now)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["-noted_at", "pk"]
        verbose_name = _("win-back")
        verbose_name_plural = _("win-backs")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.state}"
