"""A new installation can close its first night: a scorecard, and room for the years around now."""

from django.db import migrations

from metrics.partitions import keep_partitions_ahead

MEASURES = {
    "usage_trend": {"weight": "0.30", "worst": "-0.5", "best": "0.1"},
    "active_share": {"weight": "0.20", "worst": "0.1", "best": "0.8"},
    "days_since_touch": {"weight": "0.10", "worst": "120", "best": "14"},
    "last_nps": {"weight": "0.15", "worst": "3", "best": "9"},
    "urgent_tickets": {"weight": "0.15", "worst": "3", "best": "0"},
    "days_past_due": {"weight": "0.10", "worst": "30", "best": "0"},
}


def make_first_scorecard(apps, schema_editor):
    apps.get_model("metrics", "Scorecard").objects.get_or_create(
        version=1, defaults={"measures": MEASURES}
    )


def make_partitions(apps, schema_editor):
    keep_partitions_ahead()


class Migration(migrations.Migration):
    dependencies = [("metrics", "0004_days_of_usage_are_found_by_day")]

    operations = [
        migrations.RunPython(make_first_scorecard, migrations.RunPython.noop),
        migrations.RunPython(make_partitions, migrations.RunPython.noop),
    ]
