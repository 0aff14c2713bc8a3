import pghistory.models
import pgtrigger
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.querysets import AuditEntryQuerySet


class AuditEntry(pghistory.models.Context):
    """Who changed something, when and from which address: one row per request, import or job.

    `metadata` names a person (`user`) or an API key (`key`). The changed rows themselves stand in
    the `...event` tables and point here; nothing of it can be changed or deleted afterwards. Only
    the entry itself may grow within a day, because a long import writes to it again and again.
    """

    objects = AuditEntryQuerySet.as_manager()  # type: ignore[misc]  # a manager is not a field

    class Meta:
        proxy = True
        ordering = ["-created_at"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        triggers = [
            pgtrigger.Protect(name="audit_entry_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="audit_entry_is_never_changed_later",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.created_at < now() - interval '1 day'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.metadata.get('url', '')}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:audit_entry", args=[self.pk])
