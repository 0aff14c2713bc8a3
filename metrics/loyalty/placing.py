"""Where answers and invitations are counted: segment, CSM, touch and plan of their day, kept.

The night writes the place (models/place.py) of what has none yet and of customers whose traits or
ledger changed since; the database notes these (migration 0033). Whatever is not placed, or belongs
to a customer who moved, is looked up by the page that asks (metrics/loyalty/answers.py), so that no
figure is late and placing everything anew leaves the same rows.
"""

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from lib.planning import planned

# One after the other: who saw less must not write after who saw more.
LOCK = "SELECT pg_advisory_xact_lock(7204004)"
FORGET = "DROP TABLE IF EXISTS pg_temp.waiting, pg_temp.moved"
FORGET_BATCH = """
    DROP TABLE IF EXISTS pg_temp.stay, pg_temp.placed, pg_temp.answer_now, pg_temp.invitation_now
"""
# Noted anew by whoever changes something after this statement has seen what there is.
TAKE_MOVED = """
    CREATE TEMP TABLE moved (customer_id bigint PRIMARY KEY);
    CREATE TEMP TABLE waiting (customer_id bigint PRIMARY KEY);
    WITH noted AS (DELETE FROM metrics_movedcustomer RETURNING customer_id)
    INSERT INTO waiting SELECT DISTINCT customer_id FROM noted
"""
TAKE_UNPLACED = """
    INSERT INTO waiting
    SELECT customer_id FROM metrics_countedanswer WHERE place_id IS NULL
    UNION SELECT customer_id FROM metrics_countedinvitation
        WHERE asked_place_id IS NULL OR (sent_place_id IS NULL AND sent_at IS NOT NULL)
    ON CONFLICT DO NOTHING
"""
# No statement is so long that it is ended for it.
BATCH = 20_000
NEXT = """
    WITH taken AS (
        DELETE FROM waiting WHERE customer_id IN (
            SELECT customer_id FROM waiting ORDER BY customer_id LIMIT %(batch)s)
        RETURNING customer_id
    ) INSERT INTO moved SELECT customer_id FROM taken
"""
# The days `[since, until)` a customer stood at a place. The last line of a day decides its plan.
STAYS = """
    ANALYZE moved;
    CREATE TEMP TABLE stay AS
    SELECT t.customer_id, greatest(t.since, p.since) AS since,
        least(coalesce(t.until, 'infinity'), p.until) AS until, t.segment,
        coalesce(t.csm_id, 0) AS csm_id, t.touch, p.plan
    FROM moved JOIN metrics_customertrait t USING (customer_id)
    JOIN (
        SELECT customer_id, day AS since, plan, lead(day, 1, 'infinity') OVER (
            PARTITION BY customer_id ORDER BY day, id) AS until
        FROM (
            SELECT m.customer_id, m.day, m.plan, m.id
            FROM moved JOIN metrics_revenuemovement m USING (customer_id)
            UNION ALL SELECT customer_id, '-infinity', '', 0 FROM moved
        ) lines
    ) p USING (customer_id)
    WHERE t.since < p.until AND p.since < coalesce(t.until, 'infinity') AND p.since < p.until
"""
# The id of a place instead of its names.
PLACES = """
    INSERT INTO metrics_place (segment, csm_id, touch, plan)
    SELECT DISTINCT segment, csm_id, touch, plan FROM stay
    EXCEPT SELECT segment, csm_id, touch, plan FROM metrics_place
    ON CONFLICT DO NOTHING;
    CREATE TEMP TABLE placed AS
    SELECT s.customer_id, s.since, s.until, p.id AS place_id
    FROM stay s JOIN metrics_place p USING (segment, csm_id, touch, plan);
    ANALYZE placed
"""
# What is to be written, in the order it came: so pages find neighbours together.
ANSWERS = """
    CREATE TEMP TABLE answer_now AS
    SELECT c.key, c.customer_id, c.answered_at, p.place_id
    FROM (
        SELECT key, customer_id, answered_at, place_id,
            (answered_at AT TIME ZONE %(zone)s)::date AS day
        FROM metrics_countedanswer JOIN moved USING (customer_id)
    ) c
    LEFT JOIN placed p ON p.customer_id = c.customer_id AND p.since <= c.day AND c.day < p.until
    WHERE c.place_id IS DISTINCT FROM p.place_id
    ORDER BY c.answered_at, c.key
"""
INVITATIONS = """
    CREATE TEMP TABLE invitation_now AS
    SELECT i.key, i.customer_id, i.created_at, i.sent_at, a.place_id AS asked, s.place_id AS sent
    FROM (
        SELECT key, customer_id, created_at, sent_at, asked_place_id, sent_place_id,
            (created_at AT TIME ZONE %(zone)s)::date AS asked_on,
            (sent_at AT TIME ZONE %(zone)s)::date AS sent_on
        FROM metrics_countedinvitation JOIN moved USING (customer_id)
    ) i
    LEFT JOIN placed a
        ON a.customer_id = i.customer_id AND a.since <= i.asked_on AND i.asked_on < a.until
    LEFT JOIN placed s
        ON s.customer_id = i.customer_id AND s.since <= i.sent_on AND i.sent_on < s.until
    WHERE i.asked_place_id IS DISTINCT FROM a.place_id
        OR i.sent_place_id IS DISTINCT FROM s.place_id
    ORDER BY i.created_at, i.key
"""
# Whoever changes one meanwhile leaves it without a place.
WRITE_ANSWERS = """
    UPDATE metrics_countedanswer kept SET place_id = now.place_id FROM answer_now now
    WHERE kept.key = now.key
        AND (kept.customer_id, kept.answered_at) = (now.customer_id, now.answered_at)
"""
WRITE_INVITATIONS = """
    UPDATE metrics_countedinvitation kept
    SET asked_place_id = now.asked, sent_place_id = now.sent FROM invitation_now now
    WHERE kept.key = now.key
        AND (kept.customer_id, kept.created_at) = (now.customer_id, now.created_at)
        AND kept.sent_at IS NOT DISTINCT FROM now.sent_at
"""
# Joins are of whole tables, of whose rows PostgreSQL guesses too few.
READING = {"enable_nestloop": "off", "enable_mergejoin": "off", "work_mem": "64MB"}
# Row by row, in the order of what is to be written.
WRITING = {"enable_hashjoin": "off", "enable_mergejoin": "off"}


@transaction.atomic
def place_answers() -> None:
    """Write the places of all answers and invitations that have none, or whose customer moved."""
    with connection.cursor() as cursor:
        for statement in (LOCK, FORGET, TAKE_MOVED, TAKE_UNPLACED):
            cursor.execute(statement)
        while _takes_some(cursor):
            with planned(**READING):
                for statement in (FORGET_BATCH, STAYS, PLACES):
                    cursor.execute(statement)
                for statement in (ANSWERS, INVITATIONS):
                    cursor.execute(statement, {"zone": settings.REPORTING_TIME_ZONE})
            with planned(**WRITING):
                for statement in (WRITE_ANSWERS, WRITE_INVITATIONS, FORGET_BATCH):
                    cursor.execute(statement)
        cursor.execute(FORGET)


def _takes_some(cursor: CursorWrapper) -> bool:
    """The next customers of those who wait."""
    cursor.execute("TRUNCATE moved")
    cursor.execute(NEXT, {"batch": BATCH})
    return bool(cursor.rowcount > 0)
