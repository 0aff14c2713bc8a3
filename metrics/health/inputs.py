"""What the score of a day is made of: one row for each customer of a range of ids.

Everything is read as of the end of %(day)s: nothing that happened later is seen, so a night that is
made up late gives what it would have given in time. Shares are rounded to six decimals, half away
from zero. A missing input is null (the rules stand in metrics/health/measures.py). What the night
before made of the customer's money is in it too, so that a snapshot is looked up once.
"""

from metrics.revenue.value import VALUES_ON_DAY

# The window compared with the one before it, in days.
WINDOW = 28

USAGE = f"""
    SELECT customer_id,
        coalesce(sum(event_count) FILTER (WHERE day > %(day)s::date - {WINDOW}), 0) AS uses,
        coalesce(sum(event_count) FILTER (WHERE day <= %(day)s::date - {WINDOW}), 0) AS uses_before,
        coalesce(max(active_people) FILTER (WHERE day > %(day)s::date - {WINDOW}), 0) AS busiest
    FROM metrics_dailyusage
    WHERE customer_id BETWEEN %(first)s AND %(last)s
        AND day > %(day)s::date - 2 * {WINDOW} AND day <= %(day)s
    GROUP BY customer_id
"""
PEOPLE = f"""
    SELECT customer_id, count(*) AS people FROM (
        SELECT DISTINCT customer_id, person FROM metrics_personday
        WHERE customer_id BETWEEN %(first)s AND %(last)s
            AND day > %(day)s::date - {WINDOW} AND day <= %(day)s AND is_active
    ) active GROUP BY customer_id
"""
MONEY = f"""
    SELECT customer_id, sum(annual) AS annual,
        sum(quantity) FILTER (WHERE state IN ('on', 'trial', 'overdue')) AS seats,
        min(renews_on) FILTER (WHERE state <> 'ended' AND renews_on >= %(day)s) AS renews_on,
        coalesce(bool_and(ends_on IS NOT NULL) FILTER (WHERE state <> 'ended'), false) AS is_ending,
        min(past_due_since) FILTER (WHERE state <> 'ended' AND past_due_since <= %(day)s)
            AS past_due_since
    FROM ({VALUES_ON_DAY}) valued GROUP BY customer_id
"""
UNPAID = """
    SELECT customer_id, min(due_on) AS due_on FROM customers_purchase
    WHERE customer_id BETWEEN %(first)s AND %(last)s AND due_on < %(day)s
        AND (paid_on IS NULL OR paid_on > %(day)s)
    GROUP BY customer_id
"""
TICKETS = """
    SELECT customer_id, count(*) AS tickets FROM customers_ticket
    WHERE customer_id BETWEEN %(first)s AND %(last)s AND priority = 'urgent'
        AND opened_at < %(end)s AND (closed_at IS NULL OR closed_at >= %(end)s)
    GROUP BY customer_id
"""
ANSWERS = """
    SELECT DISTINCT ON (r.customer_id) r.customer_id, r.score AS nps,
        (r.answered_at AT TIME ZONE %(zone)s)::date AS answered_on
    FROM surveys_response r JOIN surveys_survey s ON s.id = r.survey_id AND s.kind = 'nps'
    WHERE r.customer_id BETWEEN %(first)s AND %(last)s AND r.grade <> 'suspect'
        AND r.answered_at < %(end)s AND r.answered_at >= %(end)s::timestamptz - interval '365 days'
    ORDER BY r.customer_id, r.answered_at DESC, r.id DESC
"""
# Nobody speaks for us there any more, until another champion is named.
CHAMPIONLESS = """
    SELECT customer_id FROM customers_contact
    WHERE customer_id BETWEEN %(first)s AND %(last)s AND role = 'champion'
    GROUP BY customer_id HAVING bool_and(left_at IS NOT NULL AND left_at < %(end)s)
"""
# `last_touch_at` holds the latest touch; only a night made up late has to look for an earlier one.
LAST_TOUCH = """
    CASE WHEN c.last_touch_at < %(end)s THEN c.last_touch_at
        WHEN c.last_touch_at IS NOT NULL THEN (
            SELECT t.happened_at FROM customers_touchpoint t
            WHERE t.customer_id = c.id AND t.happened_at < %(end)s AND t.kind <> 'note'
            ORDER BY t.happened_at DESC LIMIT 1) END
"""
EVER_USED = """
    (u.customer_id IS NOT NULL OR EXISTS (
        SELECT FROM metrics_dailyusage d WHERE d.customer_id = c.id AND d.day <= %(day)s))
"""
EVER_BOUGHT = """
    (m.customer_id IS NOT NULL OR n.due_on IS NOT NULL OR EXISTS (
        SELECT FROM customers_purchase p WHERE p.customer_id = c.id AND p.purchased_on <= %(day)s))
"""
# A company only events have spoken of is no customer yet (as `CustomerQuerySet.active_on` says).
IS_ACTIVE = """
    (c.started_on <= %(day)s OR c.started_on IS NULL AND c.stage <> 'detected')
        AND (c.churned_on IS NULL OR c.churned_on > %(day)s)
"""
FACTS = f"""
    SELECT c.id AS customer_id, {IS_ACTIVE} AS is_active,
        coalesce(u.uses, 0) AS uses, coalesce(u.uses_before, 0) AS uses_before,
        greatest(coalesce(p.people, 0), coalesce(u.busiest, 0)) AS people,
        coalesce(m.annual, 0) AS annual, m.seats, m.renews_on,
        coalesce(m.is_ending, false) AS is_ending, a.nps, a.answered_on,
        coalesce(t.tickets, 0) AS tickets, g.customer_id IS NOT NULL AS champion_left,
        coalesce(c.started_on > %(day)s::date - 2 * {WINDOW} + 1, false) AS is_young,
        {EVER_USED} AS has_used, {EVER_BOUGHT} AS has_bought,
        %(day)s::date - (({LAST_TOUCH}) AT TIME ZONE %(zone)s)::date AS untouched,
        greatest(%(day)s::date - n.due_on, %(day)s::date - m.past_due_since, 0) AS days_past_due,
        s.customer_id IS NOT NULL AS has_snapshot, coalesce(s.annual_value, 0) AS annual_before
    FROM customers_customer c
    LEFT JOIN usage u ON u.customer_id = c.id
    LEFT JOIN people p ON p.customer_id = c.id
    LEFT JOIN money m ON m.customer_id = c.id
    LEFT JOIN unpaid n ON n.customer_id = c.id
    LEFT JOIN tickets t ON t.customer_id = c.id
    LEFT JOIN answers a ON a.customer_id = c.id
    LEFT JOIN championless g ON g.customer_id = c.id
    LEFT JOIN metrics_snapshot s ON s.customer_id = c.id
        AND s.customer_id BETWEEN %(first)s AND %(last)s
    WHERE c.id BETWEEN %(first)s AND %(last)s
"""
INPUTS = """
    SELECT f.*,
        CASE WHEN uses_before > 0 AND NOT is_young
            THEN round((uses - uses_before) / uses_before::numeric, 6) END AS usage_trend,
        CASE WHEN has_used AND seats > 0 AND (people > 0 OR uses = 0)
            THEN round(people / seats, 6) END AS active_share,
        untouched::numeric AS days_since_touch,
        nps::numeric AS last_nps,
        tickets::numeric AS urgent_tickets,
        CASE WHEN has_bought THEN days_past_due::numeric END AS overdue_days
    FROM facts f
"""
GATHER = f"""
    usage AS MATERIALIZED ({USAGE}), people AS MATERIALIZED ({PEOPLE}),
    money AS MATERIALIZED ({MONEY}), unpaid AS MATERIALIZED ({UNPAID}),
    tickets AS MATERIALIZED ({TICKETS}), answers AS MATERIALIZED ({ANSWERS}),
    championless AS MATERIALIZED ({CHAMPIONLESS}),
    facts AS ({FACTS}), inputs AS ({INPUTS})
"""
