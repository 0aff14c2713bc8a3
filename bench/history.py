"""Five years of contracts for the bench: four versions a subscription, some of whom leave.

Of 100,000 customers 400,000 versions: they join over the five years, change their price each year,
and in every eighth month of life some are lost. Prices are in yen; nothing is paused.
"""

from datetime import date

from django.db import connection

from lib.days import add_months, month_start

FORGET = """
    TRUNCATE customers_subscriptionversion, customers_exchangerate, metrics_revenuemovement,
        metrics_latestline, metrics_customerlife, metrics_cohortstep, metrics_contractterm CASCADE
"""
VERSIONS = """
    INSERT INTO customers_subscriptionversion (subscription_id, effective_on, recorded_at, plan,
        price, currency, quantity, interval, interval_count, ends_on, renews_on, notice_days,
        auto_renews, reason)
    SELECT s.id, day, day, (ARRAY['Basic', 'Pro', 'Max'])[1 + s.id %% 3],
        1000 + (s.id * 7 + n * 131) %% 900, 'JPY', 1 + (s.id + n) %% 40, 'month', 1,
        CASE WHEN n = 3 AND s.id %% 5 = 0 THEN day + 40 + (s.id %% 200)::int END,
        (day + interval '9 months')::date, 0, true, ''
    FROM customers_subscription s, generate_series(0, 3) n,
        LATERAL (SELECT (%(first)s::date + ((s.id * 13 + s.id / 60) %% 60 + n * 9)
            * interval '1 month')::date + (s.id %% 27)::int AS day) d
"""


def tell_five_years(newest: date) -> None:
    """Write the contracts of the five years before a day in the place of those there are."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FORGET)
        cursor.execute(VERSIONS, {"first": add_months(month_start(newest), -60)})
        cursor.execute("VACUUM ANALYZE")
