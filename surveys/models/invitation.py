from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited_by_people
from surveys.querysets import InvitationQuerySet


@audited_by_people(exclude=["asked_as"])
class Invitation(models.Model):
    """One contact asked once."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        QUEUED = "queued", _("Queued")
        # By an earlier tool; ours have a message that says how far it got.
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Left out")
        ANSWERED = "answered", _("Answered")
        REVOKED = "revoked", _("Revoked")

    # Only invitations of an earlier tool have one, and a moment at which it sent them.
    external_id = models.CharField(
        _("external id"), max_length=200, unique=True, null=True, blank=True
    )
    wave = models.ForeignKey(
        "surveys.Wave", models.CASCADE, related_name="invitations", verbose_name=_("wave")
    )
    contact = models.ForeignKey(
        "customers.Contact", models.CASCADE, related_name="invitations",
        verbose_name=_("contact"),
    )  # fmt: skip
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="invitations",
        verbose_name=_("customer"),
    )  # fmt: skip
    message = models.OneToOneField(
        "outreach.Message", models.SET_NULL, null=True, blank=True, related_name="invitation",
        verbose_name=_("message"),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2)
    # What the customer was like when asked: segment, touch, CSM, stage.
    asked_as = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PLANNED
    )
    skip_reason = models.CharField(_("why left out"), max_length=40, blank=True)
    sent_at = models.DateTimeField(_("sent elsewhere"), null=True, blank=True)
    # Null where the contact's address tells it.
    is_returned = models.BooleanField(_("returned"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    created_at = models.DateTimeField(default=timezone.now)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "contact"],
                name="invitation_once_per_wave_and_contact",
                condition=models.Q(external_id=None),
            )
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="invitation_by_customer"),
            models.Index(fields=["created_at", "id"], name="invitation_by_creation"),
        ]

    def __str__(self) -> str:
        return f"{self.wave} #{self.pk}"
