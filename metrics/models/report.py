from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from lib.audit import audited_by_people

KEPT_FOR = timedelta(hours=24)


class Subject(models.TextChoices):
    """What a report may be about: a page of figures, the month for the board, one customer."""

    BOARD = "board", _("Monthly board report")
    OVERVIEW = "overview", _("Overview")
    REVENUE = "revenue", _("Revenue")
    RETENTION = "retention", _("Retention")
    CHURN = "churn", _("Churn")
    LOYALTY = "loyalty", _("Loyalty")
    VALUE = "value", _("Value and cost")
    ENGAGEMENT = "engagement", _("Engagement")
    FIGURE = "figure", _("One figure with its rows")
    CUSTOMER = "customer", _("Customer briefing")


class Format(models.TextChoices):
    EXCEL = "xlsx", "Excel"
    PDF = "pdf", "PDF"
    WORD = "docx", "Word"


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and those of a schedule one is sent."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(owner=user) | Q(schedule__recipients=user)).distinct()

    def waiting(self) -> Self:
        """Those nobody makes at the moment."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=timezone.now())
        return self.filter(free, state=Report.State.WAITING)


# A report carries figures out of the house: who asked for which.
@audited_by_people(exclude=["progress", "claimed_until", "token", "tries", "stored_as", "ready_at"])
class Report(models.Model):
    """A file that is made, kept for 24 hours and forgotten."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")

    subject = models.CharField(_("report"), max_length=10, choices=Subject.choices)
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    # The question as an address asks it, and what else the subject needs: metric or customer.
    asked = models.JSONField(_("question"), default=dict)
    language = models.CharField(_("language"), max_length=2, choices=User.Language.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("asked by")
    )
    schedule = models.ForeignKey(
        "metrics.ReportSchedule", models.SET_NULL, null=True, blank=True, related_name="reports",
        verbose_name=_("schedule"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(_("percent done"), default=0)
    # Who makes it holds it until then; whoever comes later raises the token and takes over.
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    token = models.PositiveIntegerField(default=0, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    stored_as = models.CharField(max_length=80, blank=True, editable=False)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now, editable=False)
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="report_by_owner"),
            models.Index(fields=["state", "created_at"], name="report_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.get_format_display()}"

    @property
    def expires_at(self) -> Any:
        return (self.ready_at or self.created_at) + KEPT_FOR

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.DONE and timezone.now() < self.expires_at

    @property
    def file_name(self) -> str:
        period = str(self.asked.get("period", "")).replace("..", "_")
        named = "-".join(filter(None, ["enishi", self.subject, self.asked.get("metric"), period]))
        return f"{named}.{self.format}"


@audited_by_people()
class ReportSchedule(models.Model):
    """A report that is made anew every week or month and announced by mail."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", _("every Monday")
        MONTHLY = "monthly", _("on the first of each month")

    subject = models.CharField(_("report"), max_length=10, choices=Subject.choices)
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    rhythm = models.CharField(_("rhythm"), max_length=7, choices=Rhythm.choices)
    asked = models.JSONField(_("filters"), default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("set up by")
    )
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("sent to")
    )
    next_on = models.DateField(_("next on"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["subject", "pk"]
        verbose_name = _("schedule of a report")
        verbose_name_plural = _("schedules of reports")

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.get_rhythm_display()}"


@audited_by_people()
class ReportRecipient(ReportSchedule.recipients.through):  # type: ignore[name-defined]  # made by Django
    """That a scheduled report goes to somebody."""

    class Meta:
        proxy = True
        verbose_name = _("sent to")


class ReportNotice(models.Model):
    """That a scheduled report is ready is told to each recipient once."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="notices", verbose_name=_("report")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("sent to")
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice of a report")
        verbose_name_plural = _("notices of reports")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "recipient"], name="report_notice_once_per_recipient"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.recipient_id}"
