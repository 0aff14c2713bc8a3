"""Stocks know how long customers have been there: months are summed up anew in the next night."""

from django.db import migrations, models

SUM_UP_ANEW = """
    INSERT INTO metrics_changedledger (customer_id, lines, traits)
    SELECT 0, '[]', '[]' WHERE EXISTS (SELECT FROM metrics_bookedmonth)
    ON CONFLICT (customer_id) DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0031_months_are_exchanged_under_other_traits'),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name='monthstock',
                name=f'within_{months}',
                field=models.IntegerField(null=True),
            )
            for months in (3, 12, 24, 36)
        ),
        migrations.RunSQL(SUM_UP_ANEW, migrations.RunSQL.noop),
    ]
