from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited


@audited()
class Scorecard(models.Model):
    """The weights and borders of the health score. A change is a new version.

    `measures` is `{"usage_trend": {"weight": "0.30", "worst": "-0.5", "best": "0.1"}, …}`.
    """

    version = models.PositiveIntegerField(_("version"), unique=True)
    measures = models.JSONField(_("measures"))
    green_from = models.PositiveSmallIntegerField(_("green from"), default=70)
    amber_from = models.PositiveSmallIntegerField(_("amber from"), default=40)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("published by"),
    )  # fmt: skip
    published_at = models.DateTimeField(_("published"), default=timezone.now)

    class Meta:
        ordering = ["-version"]
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        constraints = [
            models.CheckConstraint(
                name="scorecard_bands_are_in_order",
                condition=models.Q(green_from__gt=models.F("amber_from")),
            )
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
