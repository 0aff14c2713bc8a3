"""The statements that count a day of use from its events (ENG).

Calls that only say who somebody is are no use of the product, and our own people are no customers:
both are left out of everything. Active is who did something of value: pages opened, and events
that are marked as none (logging in), do not make anybody active. Sessions are cut after more than
30 minutes without an event and belong to the day they began on; one that runs over midnight is
followed for six hours more. Those of who did nothing of value that day are kept, too, with a row
that makes nobody active.
"""

from metrics.insiders import PERSON_IS_OURS

IDLE_MINUTES, HOURS_AFTER_MIDNIGHT = 30, 6

IS_USE = f"""
    kind NOT IN ('identify', 'group', 'alias') AND NOT {PERSON_IS_OURS}
"""
IS_OF_VALUE = "kind NOT IN ('page', 'screen') AND name <> ALL(%(idle)s::text[])"
PEOPLE = f"""
    WITH happened AS (
        SELECT customer_id, person, occurred_at, occurred_at - lag(occurred_at) OVER w AS gap
        FROM customers_usageevent
        WHERE occurred_at >= %(start)s::timestamptz - interval '{IDLE_MINUTES} minutes'
            AND occurred_at < %(end)s::timestamptz + interval '{HOURS_AFTER_MIDNIGHT} hours'
            AND person <> '' AND {IS_USE}
        WINDOW w AS (PARTITION BY customer_id, person ORDER BY occurred_at)
    ), numbered AS (
        SELECT customer_id, person, occurred_at, count(*) FILTER (
            WHERE gap IS NULL OR gap > interval '{IDLE_MINUTES} minutes') OVER (
            PARTITION BY customer_id, person ORDER BY occurred_at) AS number
        FROM happened
    ), sessions AS (
        SELECT customer_id, person, min(occurred_at) AS began,
            extract(epoch FROM max(occurred_at) - min(occurred_at))::int AS seconds
        FROM numbered GROUP BY customer_id, person, number
    ), lengths AS (
        SELECT customer_id, person, array_agg(seconds ORDER BY began) AS sessions,
            least(sum(seconds), 2147483647) AS seconds
        FROM sessions WHERE began >= %(start)s AND began < %(end)s GROUP BY customer_id, person
    ), active AS (
        SELECT customer_id, person, least(sum(quantity), 2147483647) AS uses
        FROM customers_usageevent
        WHERE occurred_at >= %(start)s AND occurred_at < %(end)s AND person <> ''
            AND {IS_USE} AND {IS_OF_VALUE}
        GROUP BY customer_id, person
    )
    INSERT INTO metrics_personday (customer_id, day, person, event_count, is_active, sessions,
        session_seconds)
    SELECT customer_id, %(day)s, person, coalesce(a.uses, 0), a.uses IS NOT NULL,
        coalesce(l.sessions, '{{}}'), coalesce(l.seconds, 0)
    FROM active a FULL JOIN lengths l USING (customer_id, person)
    WHERE true
"""
USAGE = f"""
    INSERT INTO metrics_dailyusage (customer_id, day, event_count, active_people, seconds, features)
    SELECT u.customer_id, %(day)s, u.uses, coalesce(p.people, 0), u.seconds,
        coalesce(f.features, '{{}}')
    FROM (
        SELECT customer_id, least(sum(quantity), 2147483647) AS uses, sum(seconds) AS seconds
        FROM customers_usageevent
        WHERE occurred_at >= %(start)s AND occurred_at < %(end)s AND {IS_USE}
        GROUP BY customer_id
    ) u
    LEFT JOIN (SELECT customer_id, count(*) AS people FROM metrics_personday
        WHERE day = %(day)s AND is_active GROUP BY customer_id) p ON p.customer_id = u.customer_id
    LEFT JOIN (
        SELECT customer_id, jsonb_object_agg(id, uses) AS features FROM (
            SELECT e.customer_id, c.id, sum(e.quantity) AS uses
            FROM customers_usageevent e JOIN metrics_feature c ON c.event = e.name AND c.is_core
            WHERE occurred_at >= %(start)s AND occurred_at < %(end)s AND {IS_USE}
            GROUP BY e.customer_id, c.id
        ) used GROUP BY customer_id
    ) f ON f.customer_id = u.customer_id
    WHERE true
"""
MORE_PEOPLE = """
    ON CONFLICT (customer_id, day, person) DO UPDATE
    SET event_count = greatest(metrics_personday.event_count, excluded.event_count),
        is_active = metrics_personday.is_active OR excluded.is_active,
        sessions = CASE
            WHEN cardinality(excluded.sessions) > cardinality(metrics_personday.sessions)
            THEN excluded.sessions ELSE metrics_personday.sessions END,
        session_seconds = greatest(metrics_personday.session_seconds, excluded.session_seconds)
"""
MORE_USAGE = """
    ON CONFLICT (customer_id, day) DO UPDATE
    SET event_count = greatest(metrics_dailyusage.event_count, excluded.event_count),
        active_people = greatest(metrics_dailyusage.active_people, excluded.active_people),
        seconds = greatest(metrics_dailyusage.seconds, excluded.seconds),
        features = metrics_dailyusage.features || excluded.features
"""
# Since when people are active, kept so that nobody has to look through all days.
SEEN = """
    INSERT INTO metrics_personseen (customer_id, person, first_day)
    SELECT customer_id, person, day FROM metrics_personday WHERE day = %(day)s AND is_active
    ON CONFLICT (customer_id, person) DO UPDATE SET first_day = excluded.first_day
    WHERE metrics_personseen.first_day > excluded.first_day
"""
# Whose first day was withdrawn is known since the next one, or not at all.
NOT_SEEN = """
    WITH gone AS (
        DELETE FROM metrics_personseen s WHERE s.first_day = %(day)s AND NOT EXISTS (
            SELECT FROM metrics_personday p WHERE p.customer_id = s.customer_id
                AND p.day = %(day)s AND p.person = s.person AND p.is_active)
        RETURNING s.customer_id, s.person
    )
    INSERT INTO metrics_personseen (customer_id, person, first_day)
    SELECT g.customer_id, g.person, min(p.day) FROM gone g
    JOIN metrics_personday p ON p.customer_id = g.customer_id AND p.person = g.person
        AND p.is_active
    GROUP BY g.customer_id, g.person
"""
# New events become features: of value unless they look like coming and going, the first ones core.
FIND = """
    INSERT INTO metrics_feature (event, label, is_value, is_core, uses_needed, plans, found_at)
    SELECT name, '', is_value, is_value AND row_number() OVER (
            PARTITION BY is_value ORDER BY uses DESC, name)
            <= %(most_core)s - (SELECT count(*) FROM metrics_feature WHERE is_core), 3, '{}', now()
    FROM (
        SELECT name, sum(quantity) AS uses, lower(name) !~ %(coming_and_going)s AS is_value
        FROM customers_usageevent e
        WHERE occurred_at >= %(start)s AND occurred_at < %(end)s AND kind = 'track' AND name <> ''
            AND NOT EXISTS (SELECT FROM metrics_feature f WHERE f.event = e.name)
        GROUP BY name ORDER BY uses DESC, name
        LIMIT greatest(0, %(most)s - (SELECT count(*) FROM metrics_feature))
    ) new
    ON CONFLICT (event) DO NOTHING
"""
