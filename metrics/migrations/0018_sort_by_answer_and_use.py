"""The Customers page sorts by the last answer to NPS and by the change of use."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("metrics", "0017_closed_months")]

    operations = [
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(
                fields=["nps_score", "customer"],
                name="snapshot_by_nps",
                condition=Q(nps_score__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(
                F("usage_28") - F("usage_before_28"),
                F("customer"),
                name="snapshot_by_usage_change",
                include=["usage_28", "usage_before_28"],
            ),
        ),
    ]
