from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited
from outreach.querysets import SuppressionQuerySet


@audited()
class Suppression(models.Model):
    """An address we do not write to, about one topic or about anything.

    Keyed by a hash, so that it outlives the contact it came from.
    """

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        BOUNCED = "bounced", _("Address does not exist")
        COMPLAINED = "complained", _("Marked as spam")
        MANUAL = "manual", _("Entered by hand")

    email_hash = models.CharField(max_length=64)
    topic = models.ForeignKey(
        "outreach.Topic", models.CASCADE, null=True, blank=True, verbose_name=_("topic"),
        help_text=_("Empty: all topics that may be stopped."),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=15, choices=Reason.choices)
    source = models.CharField(_("source"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.UniqueConstraint(
                fields=["email_hash", "topic"], nulls_distinct=False,
                name="suppression_once_per_address_and_topic",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.email_hash[:12]}… {self.reason}"


class ContactTouch(models.Model):
    """The ledger against fatigue: an address was written to, about a topic, at a moment."""

    email_hash = models.CharField(max_length=64)
    topic = models.ForeignKey("outreach.Topic", models.CASCADE)
    message = models.OneToOneField("outreach.Message", models.CASCADE, related_name="touch")
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mail touch")
        verbose_name_plural = _("mail touches")
        indexes = [
            models.Index(fields=["email_hash", "-touched_at"], name="contact_touch_by_address")
        ]

    def __str__(self) -> str:
        return f"{self.email_hash[:12]}… {self.touched_at:%Y-%m-%d}"
