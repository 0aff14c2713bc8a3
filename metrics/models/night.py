"""The night: one row for each local day that is closed, and the chunks its work is cut into."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited_by_people


@audited_by_people(exclude=["token", "lease_until", "stage", "report"])
class Night(models.Model):
    """The closing of one day. There is one row for each day, whatever happens."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    day = models.DateField(_("day"), primary_key=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    # Raised whenever somebody takes the night over; a writer with an older token is refused.
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=20, blank=True)
    scorecard_version = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-day"]
        verbose_name = _("night")
        verbose_name_plural = _("nights")

    def __str__(self) -> str:
        return str(self.day)


class NightChunk(models.Model):
    """Some customers, by range of ids, scored together by one worker."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    night = models.ForeignKey(Night, models.CASCADE, related_name="chunks")
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    token = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict)
    failure = models.TextField(_("why it failed"), blank=True)

    class Meta:
        ordering = ["night", "first_id"]
        verbose_name = _("part of a night")
        verbose_name_plural = _("parts of nights")
        constraints = [
            models.UniqueConstraint(fields=["night", "first_id"], name="night_chunk_is_cut_once")
        ]

    def __str__(self) -> str:
        return f"{self.night_id} {self.first_id}-{self.last_id}"
