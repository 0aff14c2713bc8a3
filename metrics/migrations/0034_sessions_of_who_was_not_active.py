"""Who came without doing anything of value has sessions, too. Rows so far are of active people."""

from django.db import migrations

MORE = "ALTER TABLE metrics_personday ADD COLUMN is_active boolean NOT NULL DEFAULT true"
FEWER = """
DELETE FROM metrics_personday WHERE NOT is_active;
ALTER TABLE metrics_personday DROP COLUMN is_active;
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0033_answers_know_their_place")]

    operations = [migrations.RunSQL(MORE, FEWER)]
