from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WaitingDay(models.Model):
    """A past day whose use is to be counted again, some each night, as what counts has changed."""

    day = models.DateField(_("day"), primary_key=True)
    # Raised with every change, so that a recount forgets only the changes it has seen.
    marked_at = models.DateTimeField(_("marked"), default=timezone.now)

    class Meta:
        ordering = ["-day"]
        verbose_name = _("day that waits for a recount")
        verbose_name_plural = _("days that wait for a recount")

    def __str__(self) -> str:
        return str(self.day)
