"""Invitations as they count, kept by triggers with each change of invitations, mails and responses.

A mail changes only when and whether it was sent, a response only when and how it was answered, so
two who change the same invitation at the same time do not undo what the other has noted.
"""

import django.db.models.deletion
from django.db import migrations, models

COUNTED = """
    SELECT i.id AS key, i.wave_id, i.customer_id, i.contact_id, i.created_at,
        CASE WHEN m.state = 'sent' THEN m.sent_at END AS sent_at, r.answered_at,
        coalesce(r.comment, '') <> '' AS has_comment
    FROM {invitations} i LEFT JOIN outreach_message m ON m.id = i.message_id
    LEFT JOIN surveys_response r ON r.invitation_id = i.id AND r.grade <> 'suspect'
"""
COLUMNS = """
    key, wave_id, customer_id, contact_id, created_at, sent_at, answered_at, has_comment
"""
COUNT = f"""
CREATE FUNCTION metrics_count_invitations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM metrics_countedinvitation WHERE key IN (SELECT id FROM old_rows);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO metrics_countedinvitation ({COLUMNS})
        {COUNTED.format(invitations="new_rows")};
    ELSE
        UPDATE metrics_countedinvitation kept SET wave_id = come.wave_id,
            customer_id = come.customer_id, contact_id = come.contact_id,
            created_at = come.created_at,
            sent_at = CASE WHEN come.message_id IS NOT DISTINCT FROM gone.message_id
                THEN kept.sent_at ELSE (SELECT m.sent_at FROM outreach_message m
                    WHERE m.id = come.message_id AND m.state = 'sent') END
        FROM new_rows come JOIN old_rows gone ON gone.id = come.id
        WHERE kept.key = come.id AND (come.wave_id, come.customer_id, come.contact_id,
                come.created_at, come.message_id) IS DISTINCT FROM (gone.wave_id,
                gone.customer_id, gone.contact_id, gone.created_at, gone.message_id);
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION metrics_count_sending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE metrics_countedinvitation kept
    SET sent_at = CASE WHEN NEW.state = 'sent' THEN NEW.sent_at END
    FROM surveys_invitation i WHERE i.message_id = NEW.id AND kept.key = i.id;
    RETURN NULL;
END
$$;
CREATE FUNCTION metrics_count_responding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE metrics_countedinvitation kept SET answered_at = NULL, has_comment = false
        FROM old_rows gone WHERE gone.invitation_id = kept.key;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE metrics_countedinvitation kept
        SET answered_at = come.answered_at, has_comment = come.comment <> ''
        FROM new_rows come WHERE come.invitation_id = kept.key AND come.grade <> 'suspect';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION metrics_recount_invitations() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM metrics_countedinvitation;
    INSERT INTO metrics_countedinvitation ({COLUMNS})
    {COUNTED.format(invitations="surveys_invitation")} ORDER BY i.created_at;
END
$$;
CREATE TRIGGER invitation_counts_when_sent AFTER UPDATE ON outreach_message FOR EACH ROW
WHEN (('sent' IN (OLD.state, NEW.state))
    AND (OLD.state, OLD.sent_at) IS DISTINCT FROM (NEW.state, NEW.sent_at))
EXECUTE FUNCTION metrics_count_sending();
"""
TABLES = {
    "invitation_itself": ("surveys_invitation", "metrics_count_invitations"),
    "invitation_answered": ("surveys_response", "metrics_count_responding"),
}
SEEN = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER {name}_counts_after_{act} AFTER {act.upper()} ON {table} REFERENCING {seen}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    for name, (table, function) in TABLES.items()
    for act, seen in SEEN.items()
)
DROP = "".join(
    f"DROP TRIGGER {name}_counts_after_{act} ON {table};"
    for name, (table, _function) in TABLES.items()
    for act in SEEN
) + """
    DROP TRIGGER invitation_counts_when_sent ON outreach_message;
    DROP FUNCTION metrics_recount_invitations(); DROP FUNCTION metrics_count_responding();
    DROP FUNCTION metrics_count_sending(); DROP FUNCTION metrics_count_invitations();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0029_closings_of_months"),
        ("outreach", "0004_messages_by_sending"),
        ("surveys", "0006_answers_from_elsewhere"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedInvitation",
            fields=[
                ("key", models.BigIntegerField(primary_key=True, serialize=False,
                                               verbose_name="number")),
                ("wave_id", models.BigIntegerField(verbose_name="wave")),
                ("contact_id", models.BigIntegerField(verbose_name="contact")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                ("has_comment", models.BooleanField(default=False, verbose_name="comment")),
                ("customer", models.ForeignKey(
                    db_constraint=False, db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING, related_name="+",
                    to="customers.customer", verbose_name="customer")),
            ],
            options={
                "verbose_name": "counted invitation",
                "verbose_name_plural": "counted invitations",
                "ordering": ["-key"],
                "indexes": [
                    models.Index(fields=["created_at"], name="counted_invitation_by_creation"),
                    models.Index(fields=["sent_at"], name="counted_invitation_by_sending"),
                ],
            },
        ),
        migrations.RunSQL(COUNT + TRIGGERS, DROP),
        migrations.RunSQL("SELECT metrics_recount_invitations()", migrations.RunSQL.noop),
    ]
