"""Invitations of an earlier tool count, too: they know themselves when they were sent and returned."""

from django.db import migrations, models

COUNTED = """
    SELECT i.id AS key, i.wave_id, i.customer_id, i.contact_id, i.created_at,
        coalesce(i.sent_at, CASE WHEN m.state = 'sent' THEN m.sent_at END) AS sent_at,
        r.answered_at, coalesce(r.comment, '') <> '' AS has_comment, i.is_returned
    FROM {invitations} i LEFT JOIN outreach_message m ON m.id = i.message_id
    LEFT JOIN surveys_response r ON r.invitation_id = i.id AND r.grade <> 'suspect'
"""
COLUMNS = """
    key, wave_id, customer_id, contact_id, created_at, sent_at, answered_at, has_comment,
    is_returned
"""
COUNT = f"""
CREATE OR REPLACE FUNCTION metrics_count_invitations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM metrics_countedinvitation WHERE key IN (SELECT id FROM old_rows);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO metrics_countedinvitation ({COLUMNS})
        {COUNTED.format(invitations="new_rows")};
    ELSE
        UPDATE metrics_countedinvitation kept SET wave_id = come.wave_id,
            customer_id = come.customer_id, contact_id = come.contact_id,
            created_at = come.created_at, is_returned = come.is_returned,
            sent_at = coalesce(come.sent_at,
                CASE WHEN gone.sent_at IS NULL
                    AND come.message_id IS NOT DISTINCT FROM gone.message_id
                THEN kept.sent_at ELSE (SELECT m.sent_at FROM outreach_message m
                    WHERE m.id = come.message_id AND m.state = 'sent') END)
        FROM new_rows come JOIN old_rows gone ON gone.id = come.id
        WHERE kept.key = come.id AND (come.wave_id, come.customer_id, come.contact_id,
                come.created_at, come.message_id, come.sent_at, come.is_returned)
            IS DISTINCT FROM (gone.wave_id, gone.customer_id, gone.contact_id,
                gone.created_at, gone.message_id, gone.sent_at, gone.is_returned);
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION metrics_recount_invitations() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM metrics_countedinvitation;
    INSERT INTO metrics_countedinvitation ({COLUMNS})
    {COUNTED.format(invitations="surveys_invitation")} ORDER BY i.created_at;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0034_sessions_of_who_was_not_active"),
        ("surveys", "0007_invitations_from_elsewhere"),
    ]

    operations = [
        migrations.AddField(
            model_name="countedinvitation",
            name="is_returned",
            field=models.BooleanField(null=True, verbose_name="returned"),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
