import pghistory.models
from django.utils.translation import gettext_lazy as _


class AuditEntry(pghistory.models.Context):
    """Who changed something, when and from which address: one row per request, import or job.

    The changed rows themselves stand in the `...event` tables and point here.
    """

    class Meta:
        proxy = True
        ordering = ["-created_at"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.metadata.get('url', '')}"
