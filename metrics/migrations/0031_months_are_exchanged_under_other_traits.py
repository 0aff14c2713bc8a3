"""What is noted has the traits of then beside the lines.

Where the months were not up to date, nobody knows them: there all months are summed up anew.
"""

from django.db import migrations, models

SUM_UP_ANEW = """
    INSERT INTO metrics_changedledger (customer_id, lines, traits)
    SELECT 0, '[]', '[]' WHERE EXISTS (SELECT FROM metrics_changedledger)
        OR EXISTS (SELECT FROM metrics_night WHERE state <> 'done')
    ON CONFLICT (customer_id) DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0030_invitations_as_they_count'),
    ]

    operations = [
        migrations.AddField(
            model_name='changedledger',
            name='traits',
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name='changedledger',
            name='lines',
            field=models.JSONField(default=list, null=True),
        ),
        migrations.RunSQL(SUM_UP_ANEW, migrations.RunSQL.noop),
    ]
