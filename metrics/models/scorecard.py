from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited

# The words of metrics.health.measures, which is built on these models.
KNOWN = {"usage_trend", "active_share", "days_since_touch", "last_nps", "urgent_tickets",
         "days_past_due"}  # fmt: skip
MEASURES_EXPECTED = _(
    "Each measure needs numbers for weight, worst and best; worst and best must differ, and some "
    "weight must be above 0. The measures are: %(names)s."
)


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

    def clean(self) -> None:
        """With a scorecard nobody can count with, a whole night would have no scores."""
        super().clean()
        measures = self.measures
        is_sound = isinstance(measures, dict) and all(map(_is_sound, measures.values()))
        unknown = set(measures) - KNOWN if is_sound else set()
        if not is_sound or unknown or not sum(Decimal(m["weight"]) for m in measures.values()):
            raise ValidationError(
                {"measures": MEASURES_EXPECTED % {"names": ", ".join(sorted(KNOWN))}}
            )


def _is_sound(borders: Any) -> bool:
    """Numbers as text: a weight that is not below 0, and two borders that differ."""
    try:
        weight, worst, best = (Decimal(borders[word]) for word in ("weight", "worst", "best"))
    except (TypeError, KeyError, ValueError, InvalidOperation):
        return False
    are_numbers = all(figure.is_finite() for figure in (weight, worst, best))
    return are_numbers and weight >= 0 and worst != best
