"""Values know in which tier their customer is served; the database writes each change along."""

from django.db import migrations, models

FOLLOW = """
CREATE FUNCTION metrics_follow_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE metrics_customervalue SET served = NEW.touch WHERE customer_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER value_follows_touch AFTER UPDATE OF touch ON customers_customer FOR EACH ROW
WHEN (OLD.touch IS DISTINCT FROM NEW.touch) EXECUTE FUNCTION metrics_follow_touch();
"""
DROP = """
DROP TRIGGER value_follows_touch ON customers_customer; DROP FUNCTION metrics_follow_touch();
"""
TAKE = """
UPDATE metrics_customervalue v SET served = c.touch FROM customers_customer c
WHERE c.id = v.customer_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0038_days_wait_for_a_recount'),
    ]

    operations = [
        migrations.AddField(
            model_name='customervalue',
            name='served',
            field=models.CharField(choices=[('high', 'High touch'), ('low', 'Low touch'), ('tech', 'Tech touch')], default='', max_length=4, verbose_name='touch tier'),
            preserve_default=False,
        ),
        migrations.RunSQL(FOLLOW, DROP),
        migrations.RunSQL(TAKE, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='customervalue',
            index=models.Index(condition=models.Q(('suggested', models.F('served')), _negated=True), fields=['-net_value', 'customer'], name='customer_value_moved'),
        ),
    ]
