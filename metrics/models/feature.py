from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited


@audited()
class Feature(models.Model):
    """An event of the product, and what using it says. Nights find new ones by themselves.

    Somebody is active who did at least one event of value; opening a page or logging in is none.
    """

    event = models.CharField(_("event"), max_length=200, unique=True)
    label = models.CharField(_("name"), max_length=100, blank=True)
    is_value = models.BooleanField(_("is of value"), default=True)
    is_core = models.BooleanField(_("is a core feature"), default=False)
    # A customer has adopted it who used it so often in 28 days.
    uses_needed = models.PositiveIntegerField(
        _("uses needed"), default=3, validators=[MinValueValidator(1)]
    )
    plans = ArrayField(
        models.CharField(max_length=100), verbose_name=_("plans that include it"), default=list,
        blank=True, help_text=_("Empty means all."),
    )  # fmt: skip
    found_at = models.DateTimeField(_("found"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["-is_core", "event"]
        verbose_name = _("feature")
        verbose_name_plural = _("features")
        constraints = [
            models.CheckConstraint(
                name="feature_needs_at_least_one_use", condition=models.Q(uses_needed__gte=1)
            )
        ]

    def __str__(self) -> str:
        return self.label or self.event
