"""Where each customer stands after the last line of its ledger; from then on triggers keep it."""

import django.db.models.deletion
import pgtrigger
from django.db import migrations, models

FILL = """
INSERT INTO metrics_latestline (customer_id, day, balance, plan, plan_since)
SELECT DISTINCT ON (customer_id) customer_id, day, balance, plan,
    max(CASE WHEN plan IS DISTINCT FROM former_plan THEN day END)
        OVER (PARTITION BY customer_id)
FROM (
    SELECT *, lag(plan) OVER (PARTITION BY customer_id ORDER BY day, id) AS former_plan
    FROM metrics_revenuemovement
) lines
ORDER BY customer_id, day DESC, id DESC
"""


def keep(apps, schema_editor):
    """The triggers come first, and lock the ledger: who books meanwhile waits and is noted."""
    names = ("insert", "update", "delete")
    pgtrigger.install(*(f"metrics.RevenueMovement:latest_line_after_{name}" for name in names))


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0034_traits_nobody_declared'),
        ('metrics', '0040_its_own_time_of_sending_goes_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='LatestLine',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='customers.customer', verbose_name='customer')),
                ('day', models.DateField(verbose_name='day')),
                ('balance', models.DecimalField(decimal_places=12, max_digits=30, verbose_name='annual value after')),
                ('plan', models.CharField(blank=True, max_length=100, verbose_name='plan')),
                ('plan_since', models.DateField(verbose_name='plan since')),
            ],
            options={
                'verbose_name': 'latest line',
                'verbose_name_plural': 'latest lines',
                'ordering': ['customer_id'],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
