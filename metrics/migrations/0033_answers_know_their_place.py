"""Answers and invitations know where they are counted; who moved since is noted by triggers.

An invitation that is made or sent on another day, or for another customer, loses its place until
the next night. Answers are taken out and put in anew with each change, and so lose theirs.
"""

from django.db import migrations, models

NOTE = """
CREATE FUNCTION metrics_note_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO metrics_movedcustomer (customer_id) SELECT DISTINCT customer_id FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO metrics_movedcustomer (customer_id) SELECT DISTINCT customer_id FROM old_rows;
    ELSE
        INSERT INTO metrics_movedcustomer (customer_id)
        SELECT customer_id FROM new_rows UNION SELECT customer_id FROM old_rows;
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION metrics_displace_invitation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.customer_id, OLD.created_at) IS DISTINCT FROM (NEW.customer_id, NEW.created_at) THEN
        NEW.asked_place_id := NULL;
    END IF;
    IF (OLD.customer_id, OLD.sent_at) IS DISTINCT FROM (NEW.customer_id, NEW.sent_at) THEN
        NEW.sent_place_id := NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER invitation_loses_its_place BEFORE UPDATE ON metrics_countedinvitation FOR EACH ROW
WHEN ((OLD.customer_id, OLD.created_at, OLD.sent_at)
    IS DISTINCT FROM (NEW.customer_id, NEW.created_at, NEW.sent_at))
EXECUTE FUNCTION metrics_displace_invitation();
"""
TABLES = {"traits": "metrics_customertrait", "lines": "metrics_revenuemovement"}
SEEN = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER {name}_move_after_{act} AFTER {act.upper()} ON {table} REFERENCING {seen}"
    " FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_moved();"
    for name, table in TABLES.items()
    for act, seen in SEEN.items()
)
DROP = "".join(
    f"DROP TRIGGER {name}_move_after_{act} ON {table};"
    for name, table in TABLES.items()
    for act in SEEN
) + """
    DROP TRIGGER invitation_loses_its_place ON metrics_countedinvitation;
    DROP FUNCTION metrics_displace_invitation(); DROP FUNCTION metrics_note_moved();
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0032_stocks_by_tenure")]

    operations = [
        migrations.CreateModel(
            name="MovedCustomer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False,
                                           verbose_name="ID")),
                ("customer_id", models.BigIntegerField(verbose_name="customer")),
            ],
            options={
                "verbose_name": "moved customer",
                "verbose_name_plural": "moved customers",
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False,
                                        verbose_name="number")),
                ("segment", models.CharField(blank=True, max_length=50, verbose_name="segment")),
                ("csm_id", models.BigIntegerField(default=0, verbose_name="CSM")),
                ("touch", models.CharField(blank=True, max_length=4, verbose_name="touch tier")),
                ("plan", models.CharField(blank=True, max_length=100, verbose_name="plan")),
            ],
            options={
                "verbose_name": "place of counting",
                "verbose_name_plural": "places of counting",
                "constraints": [
                    models.UniqueConstraint(fields=("segment", "csm_id", "touch", "plan"),
                                            name="place_once_per_traits"),
                ],
            },
        ),
        migrations.AddField(
            "countedanswer", "place_id",
            models.IntegerField(null=True, verbose_name="place of counting"),
        ),
        migrations.AddField(
            "countedinvitation", "asked_place_id",
            models.IntegerField(null=True, verbose_name="place of counting when made"),
        ),
        migrations.AddField(
            "countedinvitation", "sent_place_id",
            models.IntegerField(null=True, verbose_name="place of counting when sent"),
        ),
        migrations.RunSQL(NOTE + TRIGGERS, DROP),
    ]
