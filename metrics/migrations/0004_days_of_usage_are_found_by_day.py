"""A day is counted anew as a whole, so both tables are also found by day; rows come day by day."""

from django.db import migrations

CREATE = """
CREATE INDEX daily_usage_by_day ON metrics_dailyusage
    USING brin (day) WITH (autosummarize = on, pages_per_range = 32);
CREATE INDEX person_day_by_day ON metrics_personday
    USING brin (day) WITH (autosummarize = on, pages_per_range = 32);
"""
DROP = "DROP INDEX daily_usage_by_day, person_day_by_day"


class Migration(migrations.Migration):
    dependencies = [("metrics", "0003_snapshots_know_exact_value_and_staleness")]

    operations = [migrations.RunSQL(CREATE, DROP)]
