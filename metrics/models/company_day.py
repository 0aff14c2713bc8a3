from django.db import models
from django.utils.translation import gettext_lazy as _


class CompanyDay(models.Model):
    """The whole company at the end of a day: the points of the trends on the first pages."""

    day = models.DateField(_("day"), primary_key=True)
    customers = models.IntegerField(_("customers"), default=0)
    paying_customers = models.IntegerField(_("paying customers"), default=0)
    mrr = models.DecimalField(_("MRR"), max_digits=22, decimal_places=4, default=0)
    mrr_at_risk = models.DecimalField(_("MRR at risk"), max_digits=22, decimal_places=4, default=0)
    green = models.IntegerField(default=0)
    amber = models.IntegerField(default=0)
    red = models.IntegerField(default=0)
    unscored = models.IntegerField(default=0)
    # The answers of the 90 days up to the day that count for NPS (SUR-2).
    promoters = models.IntegerField(default=0)
    passives = models.IntegerField(default=0)
    detractors = models.IntegerField(default=0)

    class Meta:
        ordering = ["-day"]
        verbose_name = _("day of the company")
        verbose_name_plural = _("days of the company")

    def __str__(self) -> str:
        return str(self.day)
