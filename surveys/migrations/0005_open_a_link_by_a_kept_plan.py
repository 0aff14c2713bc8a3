"""What the answer page asks on each look is planned once for a connection, not once for a look."""

from django.db import migrations

CREATE = """
CREATE FUNCTION opened_link(wanted uuid) RETURNS TABLE (
    invitation_id bigint, message_id bigint, language varchar, expires_at timestamptz,
    kind varchar, closed_at timestamptz, brand varchar, default_language varchar, texts text,
    score smallint, comment text, answered_at timestamptz
)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    RETURN QUERY
    SELECT invitation.id, message.id, invitation.language, invitation.expires_at,
        survey.kind, survey.closed_at, version.brand, version.default_language,
        version.texts::text, response.score, response.comment, response.answered_at
    FROM outreach_message message
    JOIN surveys_invitation invitation ON invitation.message_id = message.id
    JOIN surveys_wave wave ON wave.id = invitation.wave_id
    JOIN surveys_survey survey ON survey.id = wave.survey_id
    JOIN surveys_surveyversion version ON version.id = wave.version_id
    LEFT JOIN surveys_response response ON response.invitation_id = invitation.id
    WHERE message.uuid = wanted AND invitation.state NOT IN ('revoked', 'skipped');
END
$$
"""
DROP = "DROP FUNCTION opened_link(uuid)"


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_effort_and_interactions")]

    operations = [migrations.RunSQL(CREATE, DROP)]
