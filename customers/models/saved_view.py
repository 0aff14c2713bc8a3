from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import SavedViewQuerySet
from lib.audit import audited


@audited()
class SavedView(models.Model):
    """What somebody asked of the Customers page, under a name: filters, order and columns.

    Only the question is kept. Whoever opens a shared one gets the answer she may see.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views",
        verbose_name=_("owner"),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=60)
    # As in the address, for example `segment=SMB&sort=-arr`.
    query = models.CharField(_("question"), max_length=1000, blank=True)
    is_shared = models.BooleanField(_("for everybody"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_has_one_name"),
        ]

    def __str__(self) -> str:
        return self.name
