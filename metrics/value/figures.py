"""Lifetime value as figures (LTV-1 to LTV-5) and set against what winning a customer costs.

All in margin: revenue is not value. Each is a sum of assumptions, so each carries its range; the
horizon caps what nobody can foresee. LTV:CAC divides by what a new customer cost to win.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import add_months
from lib.rates import ratio
from metrics.assumptions import Name, assumed
from metrics.cost_figures import WINNING, cac_of, range_over, why_nothing_was_spent
from metrics.figure import Figure, Number
from metrics.intervals import Interval, relative, wilson
from metrics.metric import Metric
from metrics.models import ValueModel
from metrics.once import asked_once
from metrics.question import Question
from metrics.retention.survival import FEWEST_AT_RISK, survival_curve
from metrics.revenue.value import RATE, value_parameters
from metrics.rows import Rows, Totals, relative_error
from metrics.value.margin import horizon_of, margin_per_customer, monthly_discount
from metrics.value.modelled import LTV_MODELLED
from metrics.value.pooled_churn import pooled_churn
from metrics.value.subscription import SubscriptionValue, discounted_value, subscription_value

Parts = Mapping[str, Number | float | None]

# What was paid in the reporting currency, as it is, needs no multiplication.
PAID = f"""
    CASE WHEN p.currency = %(currency)s THEN p.amount
        ELSE p.amount * {RATE.format(currency="p.currency", day="p.purchased_on")} END
"""
PURCHASES = f"""
    SELECT id AS key, customer_id, number AS label, {PAID} * %(lifetime)s AS numerator,
        0 AS denominator, 'purchase' AS note
    FROM customers_purchase p
    WHERE purchased_on >= %(start)s AND purchased_on < %(end)s {{narrowed}}
    UNION ALL
    SELECT customer_id, customer_id, '', 0, 1, 'buyer' FROM (
        SELECT customer_id FROM customers_purchase p
        WHERE purchased_on >= %(start)s AND purchased_on < %(end)s {{narrowed}}
        ORDER BY customer_id OFFSET 0
    ) buyers GROUP BY customer_id
"""

# The same in sum, and what its range needs: read in one pass. In the order of the buyers, because
# tens of thousands of numerics in a hash cost more than to sort them. Nothing is rounded, so that
# the sum times the factor is what the rows come to.
BOUGHT = f"""
    SELECT coalesce(sum(amount), 0) * %(lifetime)s, coalesce(sum(amount), 0),
        coalesce(sum(orders), 0)::int, count(*), coalesce(sum(amount * amount), 0),
        coalesce(sum(refunds), 0)::int
    FROM (
        SELECT sum(amount) AS amount, count(*) AS orders,
            count(*) FILTER (WHERE amount < 0) AS refunds
        FROM (
            SELECT customer_id, {PAID} AS amount FROM customers_purchase p
            WHERE purchased_on >= %(start)s AND purchased_on < %(end)s {{narrowed}}
            ORDER BY customer_id OFFSET 0
        ) bought GROUP BY customer_id
    ) buyers
"""


@dataclass(frozen=True)
class Bought:
    """Purchases of twelve months: `worth` is their amount times a factor, `squared` the sum of what
    each buyer spent, squared. `orders` are all of them; `refunds` among them lower what was spent.
    """

    worth: Decimal
    amount: Decimal
    orders: int
    buyers: int
    squared: Decimal
    refunds: int

    @property
    def totals(self) -> Totals:
        """Of the rows: one for each purchase and one for each buyer."""
        return Totals(self.worth, Decimal(self.buyers), self.orders + self.buyers)

    @property
    def interval(self) -> Interval | None:
        """Of the worth of a buyer, between the buyers."""
        n = Decimal(self.buyers)
        error = relative_error(self.buyers, self.amount, n, self.squared, self.amount, n)
        if error is None or not self.worth:
            return None
        return relative(float(self.worth / n), error, "above zero")


def value_of_subscriptions(question: Question) -> SubscriptionValue | None:
    margin, churn = margin_per_customer(question), pooled_churn(question)
    if margin is None:
        return None
    return subscription_value(
        margin, Decimal(1), lost=int(churn.numerator), customer_months=int(churn.denominator),
        horizon=horizon_of(question),
    )  # fmt: skip


def subscription_figure(question: Question) -> Figure:
    value = value_of_subscriptions(question)
    if value is None:
        return Figure.undefined("no_data")
    parts = {"within_horizon": value.within_horizon, "at_least": value.at_least,
             "lifetime_months": value.lifetime_months}  # fmt: skip
    months = int(value.churn.denominator)
    if value.point is None:
        return Figure.undefined(value.flag or "no_data", n=months, parts=parts)
    return Figure(
        value.point, margin_per_customer(question), value.churn.value, months, value.interval,
        parts=parts,
    )  # fmt: skip


def discounted_figure(question: Question) -> Figure:
    margin, pooled = margin_per_customer(question), pooled_churn(question)
    if margin is None or pooled.value is None:
        return Figure.undefined("no_data")
    months, discount = horizon_of(question), monthly_discount(question)

    def worth(churn: float) -> float:
        return discounted_value(float(margin), 1 - churn, discount, months)

    churns = wilson(int(pooled.numerator), int(pooled.denominator))
    interval = churns and Interval(worth(churns.high), worth(churns.low))
    return Figure(worth(float(pooled.value)), n=int(pooled.denominator), interval=interval,
                  flag="estimate")  # fmt: skip


@asked_once
def lifetime_years(question: Question) -> Decimal | None:
    """Mean lifetime within the horizon, in years: off the survival curve where that reaches so far.

    A curve that ends before would make customers of a young company look short-lived; then it is
    the lifetime at the pooled churn.
    """
    curve, horizon = survival_curve(question), horizon_of(question)
    if curve and curve.at_risk(horizon) >= FEWEST_AT_RISK:
        return Decimal(str(curve.restricted_mean(horizon) / 12))
    return years_at_pooled_churn(question)


def years_at_pooled_churn(question: Question) -> Decimal | None:
    churn = pooled_churn(question).value
    return None if churn is None else expected_months(churn, horizon_of(question)) / 12


def expected_months(churn: Decimal, horizon: int) -> Decimal:
    """Months a customer is still to be there within the horizon, the running one included."""
    return (1 - (1 - churn) ** horizon) / churn if churn else Decimal(horizon)


def simple_rows(question: Question) -> Rows:
    """Purchases of the twelve months up to the last day, each times the lifetime in years."""
    lifetime = lifetime_years(question) or Decimal(0)
    return purchases_times(lifetime * assumed(Name.GROSS_MARGIN, question.day), question)


def purchases_times(factor: Decimal, question: Question) -> Rows:
    narrowed, values = purchases_of(factor, question)
    return Rows(
        PURCHASES.format(narrowed=narrowed), values, kind="purchase",
        summed=lambda: bought(factor, question).totals,
    )  # fmt: skip


def purchases_of(factor: Decimal, question: Question) -> tuple[str, dict[str, Any]]:
    narrowed, values = question.narrowing(question.day)
    end = question.day + timedelta(days=1)
    year = {"start": add_months(end, -12), "end": end, "lifetime": factor}
    return narrowed, values | value_parameters() | year


@asked_once
def bought(factor: Decimal, question: Question) -> Bought:
    narrowed, values = purchases_of(factor, question)
    with connection.cursor() as cursor:
        cursor.execute(BOUGHT.format(narrowed=narrowed), values)
        return Bought(*cursor.fetchone())


def simple_figure(question: Question) -> Figure:
    lifetime = lifetime_years(question)
    if lifetime is None:
        buyers = bought(Decimal(0), question).buyers
        return Figure.undefined("no_lifetime" if buyers else "no_data", n=buyers)
    margin = assumed(Name.GROSS_MARGIN, question.day)
    found = bought(lifetime * margin, question)
    n = found.buyers
    if not n:
        return Figure.undefined("no_data")
    figure = Figure(found.worth / n, found.worth, n, n, found.interval)
    return figure.with_parts(lambda: simple_parts(question, found, lifetime, margin))


def simple_parts(question: Question, found: Bought, lifetime: Decimal, margin: Decimal) -> Parts:
    """What the value is made of, and what it would be at each of the two lifetimes."""
    revenue, buyers, orders = found.amount, found.buyers, found.orders - found.refunds
    a_year = revenue * margin / buyers
    curve, pooled = survival_curve(question), years_at_pooled_churn(question)
    measured = None if curve is None else Decimal(str(curve.restricted_mean(
        min(horizon_of(question), curve.longest)) / 12))  # fmt: skip
    return {
        "average_purchase": ratio(revenue, orders),
        "purchases_a_year": ratio(orders, buyers),
        "lifetime_years": lifetime,
        "value_in_revenue": revenue * lifetime / buyers,
        "value_at_measured_lifetime": None if measured is None else a_year * measured,
        "value_at_pooled_churn": None if pooled is None else a_year * pooled,
    }


# What the models of purchases say of each customer, as of the day they were last fitted.
FORETOLD = """
    SELECT customer_id AS key, customer_id, '' AS label, margin_ahead AS numerator,
        1 AS denominator, '' AS note
    FROM metrics_customervalue WHERE margin_ahead IS NOT NULL {narrowed}
"""


def foretold_rows(question: Question) -> Rows:
    narrowed, values = question.narrowing(question.day)
    return Rows(FORETOLD.format(narrowed=narrowed), values)


def foretold_figure(question: Question) -> Figure:
    totals = foretold_rows(question).totals()
    if not totals.n:
        return Figure.undefined("too_few")
    value = totals.numerator / totals.denominator
    figure = Figure(value, totals.numerator, totals.denominator, totals.n, flag="estimate")
    return figure.with_parts(lambda: {"frequency_and_value": correlation_fitted(question)})


def correlation_fitted(question: Question) -> float | None:
    """What the newest fit up to the day found of frequency and value, which should be near 0."""
    fits = ValueModel.objects.filter(name=ValueModel.Name.GAMMA_GAMMA, day__lte=question.today)
    parameters = fits.order_by("-day").values_list("parameters", flat=True).first() or {}
    found: float | None = parameters.get("correlation")
    return found


def value_to_cost_figure(question: Question) -> Figure:
    """Of the twelve months up to the last day, so that both sides speak of the same customers."""
    if question.is_narrowed:
        return Figure.undefined("of_whole_company")
    end = question.day + timedelta(days=1)
    _spend, won, cac = cac_of(add_months(end, -12), end)
    value = subscription_figure(question)
    if cac is None or value.value is None or not cac:
        empty = why_nothing_was_spent(WINNING, add_months(end, -12), end) if won else "nobody_won"
        return Figure.undefined(value.reason or empty)
    point = Decimal(str(value.value))
    return Figure(
        ratio(point, Decimal(cac)), point, cac, won,
        range_over(value.interval, cac), flag="estimate",
    )  # fmt: skip


PAGE = "metrics:value_and_cost"
LTV_SIMPLE = Metric(
    code="ltv_simple", rule="LTV-1", chapter="value", name=_("Lifetime value, simple"),
    unit="money",
    definition=_("Average purchase times purchases a year times lifetime in years, in margin: from "
                 "the purchases of twelve months, with the mean lifetime within the horizon: off "
                 "the survival curve where ten customers were watched so long, else at the pooled "
                 "churn."),
    formula=_("average purchase × purchases a year × lifetime in years × gross margin"),
    compute=simple_figure, rows=simple_rows, spread="above zero", page=PAGE, version=2,
)  # fmt: skip
LTV_SUBSCRIPTION = Metric(
    code="ltv_subscription", rule="LTV-2", chapter="value",
    name=_("Lifetime value of subscriptions"), unit="money",
    definition=_("Margin a month of the average paying customer divided by the monthly churn "
                 "pooled over twelve months. The range comes from the range of the churn; beside "
                 "it stands the value within the horizon."),
    formula=_("ARPA × gross margin / monthly churn"),
    compute=subscription_figure, page=PAGE,
)  # fmt: skip
LTV_DISCOUNTED = Metric(
    code="ltv_discounted", rule="LTV-3", chapter="value", name=_("Lifetime value, discounted"),
    unit="money",
    definition=_("The same margin month by month within the horizon, each month by the share of "
                 "customers still there and by what later money is worth today."),
    formula=_("Σ ARPA × gross margin × retention^t / (1 + discount)^t"),
    compute=discounted_figure, page=PAGE,
)  # fmt: skip
LTV_TO_CAC = Metric(
    code="ltv_to_cac", rule="COST-3", chapter="value", name=_("LTV to CAC"), unit="ratio",
    definition=_("Lifetime value of subscriptions divided by what winning a customer cost in the "
                 "twelve months up to the last day. Read its range, not its decimals."),
    formula=_("lifetime value / acquisition cost"),
    compute=value_to_cost_figure, page=PAGE, groupings=("month",), places=1,
)  # fmt: skip
LTV_PURCHASES = Metric(
    code="ltv_purchases", rule="LTV-5", chapter="value",
    name=_("Value of purchases to come, twelve months"), unit="money",
    definition=_("What each buyer is expected to buy in the next 52 weeks, in margin, by how often "
                 "and how lately it bought (BG/NBD) and how much it spent (Gamma-Gamma). As of the "
                 "last night the models were fitted."),
    formula=_("Σ expected purchases × expected spend × gross margin / buyers"),
    compute=foretold_figure, rows=foretold_rows, spread="above zero", page=PAGE,
    groupings=("segment", "csm", "touch", "plan"),
)  # fmt: skip
VALUES = (LTV_SIMPLE, LTV_SUBSCRIPTION, LTV_DISCOUNTED, LTV_MODELLED, LTV_PURCHASES, LTV_TO_CAC)
