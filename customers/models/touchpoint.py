from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from lib.audit import audited
from lib.stamps import stamped, updated_at


@audited(exclude=["updated_at"])
class Touchpoint(models.Model):
    """Time we gave a customer: a call, a meeting, a mail, a note, a training."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        MAIL = "mail", _("Mail")
        NOTE = "note", _("Note")
        TRAINING = "training", _("Training")

    # A note is written about a customer, not with one.
    KINDS_THAT_TOUCH = ("call", "meeting", "mail", "training")

    external_id = models.CharField(_("external id"), max_length=200, unique=True, null=True,
                                   blank=True)  # fmt: skip
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="touchpoints",
        verbose_name=_("customer"),
    )  # fmt: skip
    contact = models.ForeignKey(
        "customers.Contact", models.SET_NULL, null=True, blank=True, related_name="touchpoints",
        verbose_name=_("contact"),
    )  # fmt: skip
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True,
        related_name="touchpoints", verbose_name=_("author"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CALL)
    happened_at = models.DateTimeField(_("when"), default=timezone.now)
    minutes = models.PositiveIntegerField(_("minutes"), default=0)
    summary = models.TextField(_("what was said"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = updated_at()

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        triggers = [stamped("touchpoint_is_stamped")]
        ordering = ["-happened_at", "-pk"]
        verbose_name = _("touchpoint")
        verbose_name_plural = _("touchpoints")
        indexes = [
            models.Index(fields=["customer", "-happened_at"], name="touchpoint_by_customer"),
            # With whose time it was and how much, so that no row is read for what it cost.
            models.Index(
                fields=["happened_at"], name="touchpoint_by_moment",
                include=["customer", "author", "minutes"],
            ),
            models.Index(fields=["created_at", "id"], name="touchpoint_by_creation"),
            models.Index(fields=["updated_at", "id"], name="touchpoint_by_update"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%Y-%m-%d}"
