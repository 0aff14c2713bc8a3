"""The night sums the uses of some customers up along the key alone.

Days come in one after the other, so the rows of one customer lie apart, each on a page of its own.
"""

from django.db import migrations

KEY = """
ALTER TABLE metrics_dailyusage DROP CONSTRAINT daily_usage_once_per_customer_and_day,
    ADD CONSTRAINT daily_usage_once_per_customer_and_day PRIMARY KEY (customer_id, day){with};
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0022_days_of_csms")]

    operations = [
        migrations.RunSQL(
            KEY.replace("{with}", " INCLUDE (event_count, active_people)"),
            KEY.replace("{with}", ""),
        )
    ]
