"""What purchases foretell of each customer: BG/NBD for how many, Gamma-Gamma for how much (LTV-5).

Fitted anew from all purchases up to a day; those of one customer on one day are one purchase.
Times are weeks. The margin ahead is expected purchases of the next 52 weeks × expected spend ×
gross margin. With too few buyers, or too few who came back, nothing is fitted. Needs scipy, so
only workers import it.
"""

from datetime import date

import numpy as np
from django.db import connection, transaction

from metrics.assumptions import Name, assumed
from metrics.models import ValueModel
from metrics.revenue.value import RATE, value_parameters
from metrics.value.bg_nbd import BgNbd, Floats, fit_bg_nbd
from metrics.value.gamma_gamma import GammaGamma, correlation, fit_gamma_gamma

FEWEST_BUYERS = 100
FEWEST_REPEATERS = 30
WEEKS_AHEAD = 52
LARGEST_FIT = 20_000
LARGEST = 1e15

# Of each buyer: repeat purchases, weeks to the last one and to the day, mean of the repeats.
BUYERS = f"""
    WITH bought AS (
        SELECT customer_id, purchased_on,
            sum(amount * {RATE.format(currency="p.currency", day="p.purchased_on")}) AS amount
        FROM customers_purchase p WHERE purchased_on <= %(day)s AND amount > 0
        GROUP BY customer_id, purchased_on
    ), firsts AS (
        SELECT customer_id, min(purchased_on) AS first FROM bought GROUP BY customer_id
    )
    SELECT b.customer_id, count(*) - 1, (max(purchased_on) - f.first) / 7.0,
        (%(day)s::date - f.first) / 7.0,
        coalesce(avg(amount) FILTER (WHERE purchased_on > f.first), 0)
    FROM bought b JOIN firsts f ON f.customer_id = b.customer_id
    GROUP BY b.customer_id, f.first ORDER BY b.customer_id
"""
# Who buys without a subscription has no other worth, and no tier is suggested for it.
WRITE = """
    INSERT INTO metrics_customervalue AS v (customer_id, day, margin, minutes, cost_to_serve,
        value, net_value, suggested, served, candidate, alive, purchases_ahead, margin_ahead)
    SELECT c.id, %(day)s, 0, 0, 0, 0, 0, c.touch, c.touch, '', p.alive, p.purchases, p.margin
    FROM unnest(%(ids)s::bigint[], %(alive)s::float[], %(purchases)s::float[],
        %(margins)s::numeric[]) AS p (customer_id, alive, purchases, margin)
    JOIN customers_customer c ON c.id = p.customer_id
    ON CONFLICT (customer_id) DO UPDATE SET alive = excluded.alive,
        purchases_ahead = excluded.purchases_ahead, margin_ahead = excluded.margin_ahead
"""


def foretell_purchases(day: date) -> int:
    """Fit both models and write what they say of each customer. 0 where there are too few."""
    with connection.cursor() as cursor:
        cursor.execute(BUYERS, value_parameters() | {"day": day})
        found = cursor.fetchall()
    if len(found) < FEWEST_BUYERS or sum(row[1] > 0 for row in found) < FEWEST_REPEATERS:
        return 0
    ids = [row[0] for row in found]
    x, last, watched, means = np.array([row[1:] for row in found], dtype=float).T
    buying, spending = fit(x, last, watched, means)
    remember(day, len(found), buying, spending, correlation(x, means))
    margin = float(assumed(Name.GROSS_MARGIN, day))
    purchases = buying.expected_purchases(x, last, watched, WEEKS_AHEAD)
    spends = spending.expected_spends(x, means)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {
            "day": day,
            "ids": ids,
            "alive": known(buying.probability_alive(x, last, watched)),
            "purchases": known(purchases),
            "margins": known(np.round(purchases * spends * margin, 4)),
        })  # fmt: skip
        return int(cursor.rowcount)


def known(values: Floats) -> list[float | None]:
    """Buyers who are all alike leave the models without an end: what has none is not told."""
    return [float(value) if abs(value) < LARGEST else None for value in values]


def fit(x: Floats, last: Floats, watched: Floats, means: Floats) -> tuple[BgNbd, GammaGamma]:
    """Both models; of very many customers every so-manieth is enough to find the parameters."""
    step = max(1, len(x) // LARGEST_FIT)
    chosen = slice(None, None, step)
    return (
        fit_bg_nbd(x[chosen], last[chosen], watched[chosen]),
        fit_gamma_gamma(x[chosen], means[chosen]),
    )


@transaction.atomic
def remember(day: date, n: int, buying: BgNbd, spending: GammaGamma, linked: float | None) -> None:
    """`linked` is how far who buys often spends otherwise; Gamma-Gamma takes it for nothing."""
    fits: list[tuple[ValueModel.Name, float, dict[str, float | None]]] = [
        (ValueModel.Name.BG_NBD, buying.log_likelihood,
         {"r": buying.r, "alpha": buying.alpha, "a": buying.a, "b": buying.b}),
        (ValueModel.Name.GAMMA_GAMMA, spending.log_likelihood,
         {"p": spending.p, "q": spending.q, "gamma": spending.gamma,
          "correlation": linked}),
    ]  # fmt: skip
    for name, log_likelihood, parameters in fits:
        fitted = {"n": n, "parameters": parameters, "log_likelihood": log_likelihood}
        ValueModel.objects.update_or_create(name=name, day=day, defaults=fitted)
