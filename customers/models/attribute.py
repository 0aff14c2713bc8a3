from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.audit import audited


@audited()
class Attribute(models.Model):
    """A declared custom attribute of customers: its key, its label and its type."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        BOOLEAN = "boolean", _("Yes or no")
        DATE = "date", _("Date")
        SELECT = "select", _("Choice")
        URL = "url", _("Link")
        EMAIL = "email", _("E-mail address")

    key = models.CharField(
        _("key"), max_length=50, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")]
    )
    label = models.CharField(_("label"), max_length=100)
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    # Programs write names as they like, such as monthlySpend; empty when they send the key.
    trait = models.CharField(
        _("name that programs send"), max_length=100, blank=True, default="", db_default=""
    )

    class Meta:
        ordering = ["key"]
        verbose_name = _("custom attribute")
        verbose_name_plural = _("custom attributes")
        constraints = [
            models.UniqueConstraint(
                fields=["trait"], condition=~models.Q(trait=""), name="trait_feeds_one_attribute"
            )
        ]

    def __str__(self) -> str:
        return self.label
