from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.audit import audited


@audited()
class Product(models.Model):
    """Something we sell by subscription."""

    external_id = models.CharField(_("external id"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name
