"""The conditions of alerts: each rule finds the customers for whom it is true at the end of a day.

score_fell         the score is 15 or more lower than 7 days ago, on the same scorecard
went_red           the score is red
usage_fell         uses of 28 days are half of the 28 before or less, from 10 uses on
renewal_untouched  a renewal within 90 days and no call, meeting, mail or training for 30 days
detractor          the latest answer of a contact, not older than 30 days, is 0 to 6

A rule leaves one row for each customer and subject: what tells two alerts of one kind apart, for
example the day of the renewal. Its details are the figures of the sentence on the page.
"""

from metrics.health.inputs import WINDOW

FALL = 15
FALL_DAYS = 7
LEAST_USES = 10
RENEWAL_DAYS = 90
QUIET_DAYS = 30
DETRACTOR_DAYS = 30

# Each table is narrowed to the range: PostgreSQL knows nothing yet of the rows of today, and would
# look for them among everybody's.
_OF_RANGE = "customer_id BETWEEN %(first)s AND %(last)s"
# Snapshots the night has just written; customers without one are not judged today.
_JUDGED = f"s.{_OF_RANGE} AND s.day = %(day)s"
_SCORED = f"n.customer_id = s.customer_id AND n.day = %(day)s AND n.{_OF_RANGE}"

SCORE_FELL = f"""
    SELECT s.customer_id, 'score_fell', '', jsonb_build_object('before', h.score,
        'after', s.health_score, 'days', {FALL_DAYS}, 'driver', coalesce(cause.key, ''),
        'driver_before', cause.old, 'driver_after', cause.new)
    FROM metrics_snapshot s
    JOIN metrics_healthscore h ON h.customer_id = s.customer_id AND h.day = %(week_ago)s
        AND h.{_OF_RANGE}
    JOIN metrics_healthscore n ON {_SCORED}
        AND n.scorecard_version = h.scorecard_version
    LEFT JOIN LATERAL (
        SELECT part.key, h.parts -> part.key -> 'input' AS old, part.value -> 'input' AS new
        FROM jsonb_each(n.parts) part
        WHERE coalesce((part.value ->> 'points')::numeric, 0)
            < coalesce((h.parts -> part.key ->> 'points')::numeric, 0)
        ORDER BY coalesce((part.value ->> 'points')::numeric, 0)
            - coalesce((h.parts -> part.key ->> 'points')::numeric, 0), part.key
        LIMIT 1
    ) cause ON true
    WHERE {_JUDGED} AND s.health_change_7 <= -{FALL}
"""
WENT_RED = f"""
    SELECT s.customer_id, 'went_red', '',
        jsonb_build_object('score', s.health_score, 'override', n.override)
    FROM metrics_snapshot s
    JOIN metrics_healthscore n ON {_SCORED}
    WHERE {_JUDGED} AND s.health_band = 'red'
"""
USAGE_FELL = f"""
    SELECT s.customer_id, 'usage_fell', '',
        jsonb_build_object('before', s.usage_before_28, 'after', s.usage_28)
    FROM metrics_snapshot s JOIN customers_customer c ON c.id = s.customer_id
    WHERE {_JUDGED} AND s.usage_before_28 >= {LEAST_USES} AND s.usage_28 * 2 <= s.usage_before_28
        AND (c.started_on IS NULL OR c.started_on <= %(day)s::date - 2 * {WINDOW} + 1)
"""
RENEWAL_UNTOUCHED = f"""
    SELECT customer_id, 'renewal_untouched', to_char(renews_on, 'YYYY-MM-DD'),
        jsonb_build_object('renews_on', to_char(renews_on, 'YYYY-MM-DD'), 'days_since_touch', quiet)
    FROM (
        SELECT s.customer_id, s.renews_on,
            (n.parts -> 'days_since_touch' ->> 'input')::numeric AS quiet
        FROM metrics_snapshot s
        JOIN metrics_healthscore n ON {_SCORED}
        WHERE {_JUDGED} AND s.renews_on BETWEEN %(day)s::date AND %(day)s::date + {RENEWAL_DAYS}
    ) renewing
    WHERE quiet IS NULL OR quiet > {QUIET_DAYS}
"""
DETRACTOR = f"""
    SELECT customer_id, 'detractor', 'response:' || id, jsonb_build_object('score', score)
    FROM (
        SELECT DISTINCT ON (coalesce(r.contact_id, -r.id)) r.customer_id, r.id, r.score
        FROM surveys_response r
        JOIN surveys_survey survey ON survey.id = r.survey_id AND survey.kind = 'nps'
        JOIN metrics_snapshot s ON s.customer_id = r.customer_id
        WHERE {_JUDGED} AND r.{_OF_RANGE} AND r.grade <> 'suspect' AND r.answered_at < %(end)s
            AND r.answered_at >= %(end)s::timestamptz - interval '{DETRACTOR_DAYS} days'
        ORDER BY coalesce(r.contact_id, -r.id), r.answered_at DESC, r.id DESC
    ) latest
    WHERE score <= 6
"""
RULES = (SCORE_FELL, WENT_RED, USAGE_FELL, RENEWAL_UNTOUCHED, DETRACTOR)
# Columns: customer_id, kind, subject, details.
CAUSES = " UNION ALL ".join(RULES)
