from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.partitions import PartitionedTable

HEALTH_SCORES = PartitionedTable("metrics_healthscore", step="year")


class HealthScore(models.Model):
    """How a customer was doing on one day, as we believed then. Never rewritten afterwards.

    `parts` is `{"usage_trend": {"input": …, "scaled": …, "weight": …, "points": …}, …}`. Scaled is
    0 to 100, weight as on the scorecard, points what the part adds to the score. A missing input
    has `null` for all but the weight. Below half of the weight there is no score.
    """

    class Band(models.TextChoices):
        GREEN = "green", _("Healthy")
        AMBER = "amber", _("Watch")
        RED = "red", _("At risk")
        NONE = "none", _("Not enough data")

    pk = models.CompositePrimaryKey("customer_id", "day")
    customer_id = models.BigIntegerField()
    day = models.DateField()
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    # The score before an override capped it, for example after 30 days past due.
    uncapped = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    override = models.CharField(max_length=30, blank=True)
    band = models.CharField(max_length=5, choices=Band.choices)
    coverage = models.DecimalField(max_digits=4, decimal_places=3)
    parts = models.JSONField()
    scorecard_version = models.IntegerField()

    class Meta:
        managed = False
        db_table = "metrics_healthscore"
        verbose_name = _("health score")
        verbose_name_plural = _("health scores")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}: {self.score}"
