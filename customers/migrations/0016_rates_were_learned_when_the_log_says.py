from django.db import migrations

FROM_THE_LOG = """
    UPDATE customers_exchangerate e SET recorded_at = logged.moment FROM (
        SELECT pgh_obj_id, max(pgh_created_at) AS moment FROM customers_exchangerateevent
        GROUP BY pgh_obj_id
    ) logged WHERE logged.pgh_obj_id = e.id
"""
EACH_CHANGE = "UPDATE customers_exchangerateevent SET recorded_at = pgh_created_at"
# The log is append only; this writes what it says already into its new column.
ALLOWED = "ALTER TABLE customers_exchangerateevent {} TRIGGER USER"


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_rates_know_when_they_were_learned")]

    operations = [
        migrations.RunSQL(
            [ALLOWED.format("DISABLE"), EACH_CHANGE, ALLOWED.format("ENABLE"),
             "ALTER TABLE customers_exchangerate DISABLE TRIGGER USER", FROM_THE_LOG,
             "ALTER TABLE customers_exchangerate ENABLE TRIGGER USER"],
            migrations.RunSQL.noop,
        )
    ]  # fmt: skip
