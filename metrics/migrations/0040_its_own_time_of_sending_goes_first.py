"""An invitation that knows when it was sent keeps that, whatever becomes of a mail of ours."""

from django.db import migrations

COUNT = """
CREATE OR REPLACE FUNCTION metrics_count_sending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE metrics_countedinvitation kept
    SET sent_at = coalesce(i.sent_at, CASE WHEN NEW.state = 'sent' THEN NEW.sent_at END)
    FROM surveys_invitation i WHERE i.message_id = NEW.id AND kept.key = i.id;
    RETURN NULL;
END
$$;
"""
# Those that a mail of ours overwrote before.
MEND = """
UPDATE metrics_countedinvitation kept SET sent_at = i.sent_at FROM surveys_invitation i
WHERE i.id = kept.key AND i.sent_at IS NOT NULL AND kept.sent_at IS DISTINCT FROM i.sent_at
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0039_who_should_be_served_otherwise"),
        ("surveys", "0007_invitations_from_elsewhere"),
    ]

    operations = [
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
    ]
