"""Days of customers with a key of one text, because Django admin knows no composite keys.

Views over the append-only tables, to be asked with a customer only.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyUsageLine(models.Model):
    """How much one customer used the product on one day."""

    key = models.CharField(_("key"), max_length=100, primary_key=True)
    customer_id = models.BigIntegerField(_("customer"))
    day = models.DateField(_("day"))
    event_count = models.IntegerField(_("uses"))
    active_people = models.IntegerField(_("active people"))
    seconds = models.BigIntegerField(_("seconds"))

    class Meta:
        managed = False
        db_table = "metrics_dailyusageline"
        verbose_name = _("daily usage")
        verbose_name_plural = _("daily usage")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


class PersonDayLine(models.Model):
    """One person at a customer was active on one day."""

    key = models.CharField(_("key"), max_length=300, primary_key=True)
    customer_id = models.BigIntegerField(_("customer"))
    day = models.DateField(_("day"))
    person = models.CharField(_("person"), max_length=200)
    event_count = models.IntegerField(_("uses"))

    class Meta:
        managed = False
        db_table = "metrics_persondayline"
        verbose_name = _("day of a person")
        verbose_name_plural = _("days of people")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day} {self.person}"


class HealthScoreLine(models.Model):
    """How a customer was doing on one day, with the parts of the score."""

    key = models.CharField(_("key"), max_length=100, primary_key=True)
    customer_id = models.BigIntegerField(_("customer"))
    day = models.DateField(_("day"))
    score = models.DecimalField(_("health"), max_digits=5, decimal_places=2, null=True)
    band = models.CharField(_("band"), max_length=5)
    coverage = models.DecimalField(_("coverage"), max_digits=4, decimal_places=3)
    override = models.CharField(_("override"), max_length=30)
    parts = models.JSONField(_("parts"))
    scorecard_version = models.IntegerField(_("scorecard"))

    class Meta:
        managed = False
        db_table = "metrics_healthscoreline"
        verbose_name = _("health score")
        verbose_name_plural = _("health scores")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}: {self.score}"
