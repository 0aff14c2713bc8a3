import uuid

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited_by_people
from outreach.querysets import MessageQuerySet


# That a person sends a doubtful mail again; all else follows from what happens to its mailing.
@audited_by_people(
    exclude=[
        "email", "email_norm", "subject", "merge_fields", "owner", "claimed_at", "lease_until",
        "smtp_code", "smtp_text", "hit_scores", "hit_count", "first_hit_at", "last_hit_at",
    ],
    only_updates=pgtrigger.Q(old__state="unknown", new__state="ready"),
)  # fmt: skip
class Message(models.Model):
    """One mail to one address, and how far it got.

    ready -> claimed -> handed -> sent, with side exits. A message that was handed over and whose
    answer we never saw becomes *unknown* and is never repeated by itself.
    """

    class State(models.TextChoices):
        READY = "ready", _("Ready")
        CLAIMED = "claimed", _("Claimed")
        HANDED = "handed", _("Handed over")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")
        SUPPRESSED = "suppressed", _("Suppressed")
        CANCELLED = "cancelled", _("Cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mailing = models.ForeignKey(
        "outreach.Mailing", models.CASCADE, related_name="messages", verbose_name=_("mailing")
    )
    contact = models.ForeignKey(
        "customers.Contact", models.SET_NULL, null=True, related_name="messages",
        verbose_name=_("contact"),
    )  # fmt: skip
    email = models.CharField(_("address"), max_length=254)
    # The address as a key: trimmed, lower case, IDNA domain. One mail a mailing and address.
    email_norm = models.CharField(max_length=254)
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=300)
    # What fills the placeholders of the mailing's text; links are derived, never stored.
    merge_fields = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READY)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    owner = models.UUIDField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)
    smtp_text = models.CharField(max_length=300, blank=True)
    # Visits of its links: only a hint, never an answer. One bit for each score touched.
    hit_scores = models.PositiveIntegerField(default=0)
    hit_count = models.PositiveIntegerField(default=0)
    first_hit_at = models.DateTimeField(null=True, blank=True)
    last_hit_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "email_norm"], name="message_once_per_mailing_and_address"
            ),
        ]
        indexes = [
            # What is sent next.
            models.Index(
                fields=["due_at", "id"], name="message_ready",
                condition=models.Q(state="ready"),
            ),
            # What the reaper looks at.
            models.Index(
                fields=["lease_until"], name="message_in_flight",
                condition=models.Q(state__in=["claimed", "handed"]),
            ),
            models.Index(fields=["mailing", "state"], name="message_by_mailing_and_state"),
            models.Index(fields=["contact", "-id"], name="message_by_contact"),
            # Whoever asks how many of a month's mails were answered.
            models.Index(
                fields=["sent_at"], name="message_by_sending", condition=models.Q(state="sent")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.uuid}"
