from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited


@audited()
class Insider(models.Model):
    """Somebody who uses the product but is no customer: staff, testers, bots."""

    mark = models.CharField(
        _("person's id, e-mail address or @domain"), max_length=254, unique=True
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["mark"]
        verbose_name = _("insider")
        verbose_name_plural = _("insiders")

    def __str__(self) -> str:
        return self.mark

    def clean(self) -> None:
        self.mark = self.mark.strip()
        if self.mark == "@":
            raise ValidationError({"mark": _("Write the domain after the @.")})
