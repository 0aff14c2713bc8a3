from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited
from lib.patience import patient
from outreach.querysets import MailingQuerySet

# A million messages are a great many rows to change; whoever stops them in a hurry waits gladly.
SECONDS_TO_CANCEL = 60


@audited(exclude=["failures_in_row"])
class Mailing(models.Model):
    """Many messages that are started, paused and stopped together."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("Being prepared")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        CANCELLED = "cancelled", _("Cancelled")

    name = models.CharField(_("name"), max_length=200)
    topic = models.ForeignKey("outreach.Topic", models.PROTECT, verbose_name=_("topic"))
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PREPARING
    )
    pause_reason = models.CharField(_("why it is paused"), max_length=200, blank=True)
    # Days an address is left alone after any mail of the same topic; asked again at each claim.
    quiet_days = models.PositiveSmallIntegerField(_("quiet days"), default=0)
    # What trips the breaker; a delivered mail sets it back.
    failures_in_row = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("started by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")

    def __str__(self) -> str:
        return self.name

    def run(self) -> bool:
        """Start or go on. False when it was cancelled or is running already."""
        waiting = Mailing.objects.filter(pk=self.pk, state__in=["preparing", "paused"])
        return bool(waiting.update(state=self.State.RUNNING, pause_reason=""))

    def pause(self, reason: str) -> bool:
        running = Mailing.objects.filter(pk=self.pk, state=self.State.RUNNING)
        return bool(running.update(state=self.State.PAUSED, pause_reason=reason))

    def cancel(self) -> bool:
        """For good: messages that were not handed over will never be."""
        alive = Mailing.objects.filter(pk=self.pk).exclude(state=self.State.CANCELLED)
        with patient(SECONDS_TO_CANCEL):
            if not alive.update(state=self.State.CANCELLED):
                return False
            self.messages.filter(state="ready").update(state="cancelled")
            return True


class MailText(models.Model):
    """What a mailing says in one language: a mail, open only at its placeholders and links."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("plain text"))
    html = models.TextField(_("HTML"))

    class Meta:
        ordering = ["mailing", "language"]
        verbose_name = _("text of a mailing")
        verbose_name_plural = _("texts of mailings")
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "language"], name="mail_text_once_per_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.language}"
