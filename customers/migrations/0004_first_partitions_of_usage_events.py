"""Room for usage events from the first minute on; afterwards a job keeps it.

Takes its window from the clock, because partitions for the days of some past release would be
of no use to a new installation.
"""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

from lib.partitions import PartitionedTable, make_partitions


def make_first_partitions(apps, schema_editor):
    table = PartitionedTable("customers_usageevent", step="week")
    today = timezone.now().date()
    make_partitions(table, today - timedelta(days=400), today + timedelta(days=100))


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_remember_messages_seen")]

    operations = [migrations.RunPython(make_first_partitions, migrations.RunPython.noop)]
