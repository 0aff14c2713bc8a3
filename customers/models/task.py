from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import TaskQuerySet
from lib.audit import audited
from lib.stamps import stamped, updated_at

if TYPE_CHECKING:
    from accounts.models import User


@audited(exclude=["updated_at"])
class Task(models.Model):
    """Something a person should do for a customer, and by when."""

    class Type(models.TextChoices):
        RISK = "risk", _("Risk")
        RENEWAL = "renewal", _("Renewal")
        FEEDBACK = "feedback", _("Feedback")
        EXPANSION = "expansion", _("Expansion")
        LIFECYCLE = "lifecycle", _("Lifecycle")
        OTHER = "other", _("Other")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, null=True, blank=True, related_name="tasks",
        verbose_name=_("customer"),
    )  # fmt: skip
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="tasks",
        verbose_name=_("assignee"),
    )  # fmt: skip
    # What another program calls it; empty for tasks made here.
    external_id = models.CharField(
        _("external id"), max_length=200, null=True, blank=True, unique=True
    )
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.OTHER)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    title = models.CharField(_("what to do"), max_length=300)
    # Why there is a task: a key that templates translate, and its figures. Empty for own tasks.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    reason_details = models.JSONField(default=dict, blank=True)
    # Where it came from, for example alert:12 or invitation:7. One task for each origin.
    origin_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    note = models.TextField(_("note"), blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    snoozed_until = models.DateField(_("asleep until"), null=True, blank=True)
    snooze_reason = models.CharField(_("why it sleeps"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("done by"),
    )  # fmt: skip
    dropped_at = models.DateTimeField(_("dropped"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = updated_at()

    objects = TaskQuerySet.as_manager()

    class Meta:
        triggers = [stamped("task_is_stamped")]
        ordering = ["due_on", "priority", "pk"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                name="task_is_done_or_dropped_not_both",
                condition=Q(done_at__isnull=True) | Q(dropped_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_on"], name="task_open_by_assignee",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
            models.Index(
                fields=["customer", "due_on"], name="task_open_by_customer",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
            # Everybody's tasks by day: the list of a lead.
            models.Index(
                fields=["due_on", "id"], name="task_open_by_day",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
            # The plan of the day: what presses most.
            models.Index(
                fields=["priority", "due_on", "id"], name="task_open_by_priority",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
            models.Index(fields=["created_at", "id"], name="task_by_creation"),
            models.Index(fields=["updated_at", "id"], name="task_by_update"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None

    def is_overdue_on(self, day: date) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < day

    def _open_row(self) -> models.QuerySet["Task"]:
        return Task.objects.filter(pk=self.pk).open()

    def mark_done(self, *, by: "User") -> bool:
        """False when somebody else closed it first."""
        return bool(self._open_row().update(done_at=timezone.now(), done_by=by))

    def reopen(self) -> bool:
        closed = Task.objects.filter(pk=self.pk).exclude(done_at=None, dropped_at=None)
        return bool(closed.update(done_at=None, done_by=None, dropped_at=None))

    def drop(self) -> bool:
        """Close it as not worth doing. False when it was closed before."""
        return bool(self._open_row().update(dropped_at=timezone.now()))

    def move(self, due_on: date | None) -> bool:
        """Due on another day, or on none. False when it is closed."""
        return bool(self._open_row().update(due_on=due_on))

    def snooze(self, *, until: date, reason: str) -> bool:
        """Let it sleep through `until`; it stays open, so nothing raises it again meanwhile."""
        return bool(self._open_row().update(snoozed_until=until, snooze_reason=reason))
