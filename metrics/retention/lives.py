"""Lives and cohort steps of customers, built from the ledger of movements (REV-11, LTV-6).

A customer joins on the first day it has MRR and is first lost on the first day after that without.
At each month end it pays or not; a step is what changed since the month end before. Exchange rates
are taken out: what a month end is made of in each currency is counted at the rates of the month of
joining, also after a return, so that only what the customer did moves its cohort.

Of one customer always everything is written anew, whenever its ledger is. So keeping the customers
that changed leaves the same rows as building all of them.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from metrics.revenue.value import RATE, value_parameters

FORGET_LIVES = "DELETE FROM metrics_customerlife WHERE customer_id = ANY(%(customers)s)"
FORGET_STEPS = "DELETE FROM metrics_cohortstep WHERE customer_id = ANY(%(customers)s)"
# The ledger of {those} customers. On one day the line of exchange rates comes first.
LINES = """
    SELECT customer_id, day, kind <> 'fx' AS is_business, plan, balance, natives,
        date_trunc('month', day)::date AS month
    FROM metrics_revenuemovement WHERE {those}
"""
# The first line with money in it.
JOINED = """
    SELECT DISTINCT ON (customer_id) customer_id, day AS joined_on, month AS cohort, plan,
        balance AS joined_with
    FROM lines WHERE balance > 0 ORDER BY customer_id, day, is_business
"""
BOOKED = f"lines AS MATERIALIZED ({LINES}), joined AS MATERIALIZED ({JOINED})"
SINCE = """
    known AS MATERIALIZED (
        SELECT s.customer_id, min(v.effective_on) AS known_from
        FROM customers_subscription s
        JOIN customers_subscriptionversion v ON v.subscription_id = s.id
        WHERE s.{those} GROUP BY 1
    ), lost AS MATERIALIZED (
        SELECT l.customer_id, min(l.day) AS first_lost_on
        FROM lines l JOIN joined j ON j.customer_id = l.customer_id AND j.joined_on < l.day
        WHERE l.balance = 0 GROUP BY 1
    )
"""
LIFE = """
    SELECT j.customer_id, j.joined_on, j.cohort, lost.first_lost_on,
        coalesce(known.known_from, j.joined_on), j.plan
    FROM joined j LEFT JOIN lost USING (customer_id) LEFT JOIN known USING (customer_id)
"""
LIVES = f"WITH {BOOKED}, {SINCE} {LIFE}"
# The rates of each month of joining as currency and rate, looked up once; 0 where there was none.
FIRST_RATES = f"""
    SELECT c.cohort, jsonb_object_agg(k.currency,
        {RATE.format(currency="k.currency", day="c.cohort")}) AS rates
    FROM (SELECT DISTINCT cohort FROM joined) c, (
        SELECT currency FROM customers_exchangerate UNION SELECT %(currency)s
    ) k GROUP BY 1
"""
# A month end at the rates of the month of joining; a currency that had none yet, at its own.
AT_FIRST_RATES = f"""
    CASE WHEN l.balance = 0 OR l.natives IS NULL THEN l.balance
        ELSE (SELECT sum(round(held.value::numeric * coalesce(
                nullif((f.rates ->> held.key)::numeric, 0),
                {RATE.format(currency="held.key", day="l.month")}), 12))
            FROM jsonb_each_text(l.natives) held) END
"""
# One row for each month with a line: how its month end stands, and whether it was lost before.
MONTH_ENDS = f"""
    SELECT *, value > 0 AS is_paying,
        bool_or(value = 0) OVER (PARTITION BY customer_id ORDER BY month) AS was_lost
    FROM (
        SELECT j.*, l.month, {AT_FIRST_RATES} AS value,
            ((extract(year FROM l.month) - extract(year FROM j.cohort)) * 12
                + extract(month FROM l.month) - extract(month FROM j.cohort))::int AS age
        FROM (
            SELECT DISTINCT ON (customer_id, month) customer_id, month, balance, natives
            FROM lines ORDER BY customer_id, month, day DESC, is_business DESC
        ) l JOIN joined j ON j.customer_id = l.customer_id AND j.cohort <= l.month
        JOIN first_rates f ON f.cohort = j.cohort
        -- Values are worked out once, not at each use.
        OFFSET 0
    ) valued
"""
LEVELS = """
    SELECT customer_id, cohort, plan, age, joined_with, is_paying::int AS paying, value AS net,
        least(value, joined_with) AS gross, (NOT was_lost)::int AS surviving,
        CASE WHEN was_lost THEN 0 ELSE value END AS net_surviving,
        CASE WHEN was_lost THEN 0 ELSE least(value, joined_with) END AS gross_surviving
    FROM month_ends
"""
COUNTED, VALUED = ("paying", "surviving"), ("net", "gross", "net_surviving", "gross_surviving")
STEPPED = ", ".join((*COUNTED, *VALUED))
CHANGES = ", ".join(
    [f"{name} - lag({name}, 1, 0) OVER w AS {name}" for name in COUNTED]
    + [f"{name} - lag({name}, 1, 0::numeric) OVER w AS {name}" for name in VALUED]
)
STEPPING = f"""
    first_rates AS MATERIALIZED ({FIRST_RATES}), month_ends AS ({MONTH_ENDS}),
    levels AS ({LEVELS}), steps AS (
        SELECT customer_id, cohort, plan, age, joined_with, {CHANGES}
        FROM levels WINDOW w AS (PARTITION BY customer_id ORDER BY age)
    )
"""
STEP = f"""
    SELECT customer_id, cohort, age, plan, (age = 0)::int,
        CASE WHEN age = 0 THEN joined_with ELSE 0 END, {STEPPED}
    FROM steps WHERE age = 0 OR net <> 0 OR gross <> 0 OR net_surviving <> 0 OR surviving <> 0
"""
STEPS = f"WITH {BOOKED}, {STEPPING} {STEP}"

# Both at once, so that the ledger is read once.
WRITE = f"""
    WITH {BOOKED}, {SINCE}, {STEPPING}, lives AS (
        INSERT INTO metrics_customerlife
            (customer_id, joined_on, cohort, first_lost_on, known_from, plan) {LIFE}
    )
    INSERT INTO metrics_cohortstep (customer_id, cohort, age, plan, joined, joined_with, {STEPPED})
    {STEP} ORDER BY cohort, age, customer_id
""".format(those="customer_id = ANY(%(customers)s)")


def write_lives(customers: Sequence[int]) -> None:
    """Write the lives and steps of customers who have none yet."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, value_parameters() | {"customers": list(customers)})


def keep_lives(customers: Sequence[int]) -> None:
    """Write the lives and steps of some customers anew from their ledger."""
    values = {"customers": list(customers)}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (FORGET_LIVES, FORGET_STEPS):
            cursor.execute(statement, values)
        write_lives(customers)
