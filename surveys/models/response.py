from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited_by_people
from surveys.querysets import ResponseQuerySet


# What contacts press themselves stands in the revisions.
@audited_by_people()
class Response(models.Model):
    """What a contact answered; the latest revision stands here."""

    class Grade(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        SUSPECT = "suspect", _("Perhaps a machine")
        MANUAL = "manual", _("Entered by hand")
        IMPORTED = "imported", _("Imported")

    # Only answers from elsewhere have one; a file or a program that says it again means the same.
    external_id = models.CharField(_("external id"), max_length=200, unique=True, null=True,
                                   blank=True)  # fmt: skip
    invitation = models.OneToOneField(
        "surveys.Invitation", models.SET_NULL, null=True, blank=True, related_name="response",
        verbose_name=_("invitation"),
    )  # fmt: skip
    survey = models.ForeignKey(
        "surveys.Survey", models.CASCADE, related_name="responses", verbose_name=_("survey")
    )
    version = models.ForeignKey(
        "surveys.SurveyVersion", models.PROTECT, null=True, blank=True, related_name="responses",
        verbose_name=_("version"),
    )  # fmt: skip
    contact = models.ForeignKey(
        "customers.Contact", models.SET_NULL, null=True, blank=True, related_name="responses",
        verbose_name=_("contact"),
    )  # fmt: skip
    # The customer the contact belonged to when answering (SUR-5).
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="responses",
        verbose_name=_("customer"),
    )  # fmt: skip
    task = models.OneToOneField(
        "customers.Task", models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("task"),
    )  # fmt: skip
    # What it was about, such as the external id of a ticket; the last answer about it counts.
    interaction = models.CharField(_("interaction"), max_length=200, blank=True)
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="en")
    grade = models.CharField(
        _("grade"), max_length=10, choices=Grade.choices, default=Grade.CONFIRMED
    )
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-answered_at", "-pk"]
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            models.CheckConstraint(name="response_score_is_0_to_10", condition=Q(score__lte=10))
        ]
        indexes = [
            models.Index(fields=["customer", "-answered_at"], name="response_by_customer"),
            models.Index(fields=["survey", "-answered_at"], name="response_by_survey"),
            models.Index(fields=["answered_at", "id"], name="response_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.score}"


class ResponseRevision(models.Model):
    """Every press of the button, kept. A form sent twice leaves one."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="revisions")
    form_nonce = models.CharField(max_length=64)
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    class Meta:
        ordering = ["response", "recorded_at", "pk"]
        verbose_name = _("revision of a response")
        verbose_name_plural = _("revisions of responses")
        constraints = [
            models.UniqueConstraint(
                fields=["response", "form_nonce"], name="response_revision_once_per_form"
            )
        ]

    def __str__(self) -> str:
        return f"{self.score} {self.recorded_at:%Y-%m-%d}"
