"""Month ends of customers, laid out in temporary tables for metrics/revenue/month_sums.py.

Months are numbers, so that the eve of a window is a difference; traits and plan together are a
number too, the place a customer is counted in.
"""

from metrics.revenue.value import RATE

NUMBER = "(date_part('year', {day}) * 12 + date_part('month', {day}))::int"
NEVER = 2**31 - 1
# Each wanted month with its windows, and the rates of its last day as {currency: rate}.
WANTED = f"""
    CREATE TEMP TABLE wanted AS
    SELECT row_number() OVER ()::int AS id, m.month, m.window_months,
        {NUMBER.format(day="m.month")} AS n, {
    NUMBER.format(day="m.month")
} - m.window_months AS eve,
        r.rates
    FROM unnest(%(months)s::date[], %(windows)s::int[]) m(month, window_months)
    JOIN (
        SELECT d.month, jsonb_object_agg(c.currency, {
    RATE.format(currency="c.currency", day="(d.month + interval '1 month')::date - 1")
}) AS rates
        FROM (SELECT DISTINCT month FROM unnest(%(months)s::date[]) month) d, (
            SELECT currency FROM customers_exchangerate UNION SELECT %(currency)s
        ) c GROUP BY d.month
    ) r ON r.month = m.month;
    ANALYZE wanted
"""
# The traits of everybody; or those of whose ledger or traits changed, now and, with sign -1, as
# they were when the months were written.
EVERYBODY = """
    SELECT customer_id, 1 AS sign, since, until, segment, coalesce(csm_id, 0) AS csm_id, touch
    FROM metrics_customertrait
"""
WHOSE_LEDGER_CHANGED = f"""
    {EVERYBODY} WHERE customer_id IN (SELECT customer_id FROM metrics_changedledger)
    UNION ALL
    SELECT c.customer_id, -1, t.since, t.until, t.segment, coalesce(t.csm_id, 0), t.touch
    FROM metrics_changedledger c, jsonb_to_recordset(c.traits)
        AS t(since date, until date, segment text, csm_id bigint, touch text)
"""
COUNTED_UNDER = """
    CREATE TEMP TABLE counted_under AS {those};
    ANALYZE counted_under
"""
# The traits that rule at the month ends `[since, until)`; nothing where none do.
RULING = f"""
    CREATE TEMP TABLE ruling AS
    WITH noted AS (
        SELECT *, lead(since, 1, {NEVER}) OVER w AS following, row_number() OVER w = 1 AS is_first
        FROM (
            SELECT customer_id, sign, segment, csm_id, touch,
                {NUMBER.format(day="since")} AS since,
                coalesce({NUMBER.format(day="until")}, {NEVER}) AS until
            FROM counted_under
        ) numbered WHERE since < until WINDOW w AS (PARTITION BY customer_id, sign ORDER BY since)
    )
    SELECT customer_id, sign, since, until, segment, csm_id, touch FROM noted
    UNION ALL SELECT customer_id, sign, 0, since, '', 0, '' FROM noted WHERE is_first
    UNION ALL SELECT customer_id, sign, until, following, '', 0, '' FROM noted
        WHERE until < following;
    ANALYZE ruling
"""
# `sign` is 1 for lines that are counted, -1 for those that are no longer.
WHOLE = """
    SELECT customer_id, 1 AS sign, day, kind, reason, plan, amount, balance, natives
    FROM metrics_revenuemovement WHERE customer_id BETWEEN %(first)s AND %(last)s
"""
EXCHANGED = """
    SELECT c.customer_id, -1 AS sign, l.*
    FROM metrics_changedledger c, jsonb_to_recordset(c.lines) AS l(day date, kind text,
        reason text, plan text, amount numeric, balance numeric, natives jsonb)
    WHERE c.customer_id = ANY(%(customers)s)
    UNION ALL
    SELECT m.customer_id, s.sign, day, kind, reason, plan, amount, balance, natives
    FROM metrics_revenuemovement m JOIN metrics_changedledger c USING (customer_id)
    JOIN (VALUES (1), (-1)) s(sign) ON s.sign = 1 OR c.lines IS NULL
    WHERE m.customer_id = ANY(%(customers)s)
"""
LINES = f"""
    DROP TABLE IF EXISTS pg_temp.month_line;
    CREATE TEMP TABLE month_line AS
    WITH given AS MATERIALIZED (
        SELECT *, {NUMBER.format(day="day")} AS n FROM ({{lines}}) lines
    )
"""
ALL_OF_THEM = "SELECT *, 0 AS since FROM given; ANALYZE month_line"
# Of an exchange the customers whose lines or traits differ, and the month they do so from.
DIFFERING = f"""
    , differs AS (
        SELECT customer_id, min(n) AS since FROM (
            SELECT customer_id, n FROM given
            GROUP BY customer_id, n, day, kind, reason, plan, amount, balance, natives
            HAVING sum(sign) <> 0
            UNION ALL
            SELECT customer_id, {NUMBER.format(day="p.day")}
            FROM counted_under u, LATERAL (
                VALUES (since, segment, csm_id, touch), (until, NULL, NULL, NULL)
            ) p(day, segment, csm_id, touch)
            WHERE p.day IS NOT NULL
            GROUP BY customer_id, p.day, p.segment, p.csm_id, p.touch HAVING sum(sign) <> 0
        ) different GROUP BY customer_id
        HAVING min(n) <= (SELECT max(n) FROM wanted)
    )
    SELECT given.*, differs.since FROM given JOIN differs USING (customer_id);
    ANALYZE month_line
"""
# From which month end until which a customer stands the same, under the same traits.
STAYS = f"""
    DROP TABLE IF EXISTS pg_temp.stay;
    CREATE TEMP TABLE stay AS
    WITH points AS (
        SELECT DISTINCT ON (customer_id, sign, n) * FROM month_line
        ORDER BY customer_id, sign, n, day DESC, kind = 'fx'
    ), spans AS (
        SELECT *, lead(n, 1, {NEVER}) OVER w AS until, first_value(n) OVER w AS first
        FROM points WINDOW w AS (PARTITION BY customer_id, sign ORDER BY n)
    )
    SELECT s.customer_id, s.sign, s.since AS differs, s.first, s.n AS moved_in,
        s.reason = 'paused' AS is_paused, s.balance, s.natives, s.plan,
        coalesce(r.segment, '') AS segment, coalesce(r.csm_id, 0) AS csm_id,
        coalesce(r.touch, '') AS touch, greatest(s.n, r.since) AS since,
        least(s.until, r.until) AS until
    FROM spans s LEFT JOIN ruling r
        ON r.customer_id = s.customer_id AND r.sign = s.sign
        AND r.since < s.until AND s.n < r.until;
    INSERT INTO place (segment, csm_id, touch, plan)
    SELECT DISTINCT segment, csm_id, touch, plan FROM stay ON CONFLICT DO NOTHING;
    ANALYZE stay, place
"""
# One number is the key of a customer, a sign and a month, so that an eve is a difference of keys.
# No eve lies further before the month a customer differs from than the longest window is long.
ENDS = """
    DROP TABLE IF EXISTS pg_temp.month_end;
    CREATE TEMP TABLE month_end AS
    SELECT (s.customer_id * 2 + (s.sign = 1)::int) * 100000 + ended.n AS key, ended.n,
        s.customer_id, s.sign, s.differs, s.first, s.moved_in, s.is_paused, s.balance, s.natives,
        p.id AS place
    FROM (
        SELECT min(eve) AS lowest, max(n) AS highest, max(window_months) AS longest FROM wanted
    ) r, stay s
    JOIN place p USING (segment, csm_id, touch, plan)
    CROSS JOIN generate_series(
        greatest(s.since, r.lowest, s.differs - r.longest), least(s.until - 1, r.highest)
    ) ended(n);
    ANALYZE month_end
"""
