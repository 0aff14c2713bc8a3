from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.querysets import TeamQuerySet
from lib.audit import audited


@audited()
class Team(models.Model):
    """Some users who share work under one lead."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name
