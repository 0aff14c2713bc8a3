from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Role
from lib.audit import audited


@audited()
class RoleRate(models.Model):
    """What an hour of somebody with a role costs from a day on, in the reporting currency."""

    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    effective_on = models.DateField(_("effective from"))
    hourly = models.DecimalField(
        _("cost of an hour"), max_digits=14, decimal_places=4,
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip

    class Meta:
        ordering = ["role", "-effective_on"]
        verbose_name = _("cost of an hour")
        verbose_name_plural = _("costs of an hour")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "effective_on"], name="role_rate_once_per_role_and_day"
            ),
            models.CheckConstraint(name="role_rate_is_not_negative", condition=Q(hourly__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.effective_on}"
