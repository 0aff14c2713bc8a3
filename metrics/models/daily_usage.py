"""What a day of use amounts to. Append-only tables parted by year, without foreign keys."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.partitions import PartitionedTable

DAILY_USAGE = PartitionedTable("metrics_dailyusage", step="year")
PERSON_DAYS = PartitionedTable("metrics_personday", step="year")


class DailyUsage(models.Model):
    """How much one customer used the product on one reporting day. No row means no use."""

    pk = models.CompositePrimaryKey("customer_id", "day")
    customer_id = models.BigIntegerField()
    day = models.DateField()
    event_count = models.IntegerField()
    active_people = models.IntegerField()
    seconds = models.BigIntegerField()
    # Uses of the core features, by the feature's number.
    features = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "metrics_dailyusage"
        verbose_name = _("daily usage")
        verbose_name_plural = _("daily usage")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


class PersonDay(models.Model):
    """One person at a customer came on one day; distinct counts need the people.

    Who did nothing of value is not active: her row is there for the sessions only.
    """

    pk = models.CompositePrimaryKey("customer_id", "day", "person")
    customer_id = models.BigIntegerField()
    day = models.DateField()
    person = models.CharField(max_length=200)
    event_count = models.IntegerField()
    is_active = models.BooleanField(default=True)
    # The seconds of each session that began on the day.
    sessions = ArrayField(models.IntegerField(), default=list)
    session_seconds = models.IntegerField(default=0)

    class Meta:
        managed = False
        db_table = "metrics_personday"
        verbose_name = _("day of a person")
        verbose_name_plural = _("days of people")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"
