"""Who is at work: the last sign each worker and the clock gave."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class LifeSign(models.Model):
    """One process that showed that it works: a worker that takes jobs, or the clock that rings."""

    # As Celery calls it, with the machine: celery@web-1. Two on one machine differ by their pid.
    name = models.CharField(_("name"), max_length=200)
    pid = models.PositiveIntegerField()
    is_clock = models.BooleanField(_("is the clock"), default=False)
    # The queues a worker takes jobs from; none for the clock.
    queues = ArrayField(models.CharField(max_length=50), verbose_name=_("queues"), default=list)
    seen_at = models.DateTimeField(_("last sign"))

    class Meta:
        ordering = ["name", "pid"]
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")
        constraints = [
            models.UniqueConstraint(fields=["name", "pid"], name="life_sign_once_per_process")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pid}"
