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


class Migration(migrations.Migration):
    dependencies = [("metrics", "0039_who_should_be_served_otherwise")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
