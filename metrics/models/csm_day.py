from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CsmDay(models.Model):
    """The customers of one CSM at the end of a day: what `CompanyDay` is of all of them."""

    csm = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("CSM"),
        db_index=False,
    )  # fmt: skip
    day = models.DateField(_("day"))
    customers = models.IntegerField(_("customers"), default=0)
    mrr = models.DecimalField(_("MRR"), max_digits=22, decimal_places=4, default=0)
    mrr_at_risk = models.DecimalField(_("MRR at risk"), max_digits=22, decimal_places=4, default=0)
    red = models.IntegerField(default=0)
    promoters = models.IntegerField(default=0)
    passives = models.IntegerField(default=0)
    detractors = models.IntegerField(default=0)

    class Meta:
        ordering = ["-day", "csm"]
        verbose_name = _("day of a CSM")
        verbose_name_plural = _("days of CSMs")
        constraints = [
            models.UniqueConstraint(fields=["csm", "day"], name="csm_has_one_row_each_day"),
        ]

    def __str__(self) -> str:
        return f"{self.csm_id} {self.day}"
