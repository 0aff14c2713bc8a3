"""Lifetime value as figures (LTV-1 to LTV-3) and set against what winning a customer costs.

All in margin: revenue is not value. Each is a sum of assumptions, so each carries its range; the
horizon caps what nobody can foresee.
"""

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from lib.days import add_months
from metrics.assumptions import Name, assumed
from metrics.cost_figures import cac_of, range_over
from metrics.costs import value_to_cost
from metrics.figure import Figure
from metrics.metric import Metric
from metrics.question import Question
from metrics.revenue.stock import mrr_figure
from metrics.revenue.value import RATE, value_parameters
from metrics.rows import Rows
from metrics.value.pooled_churn import pooled_churn
from metrics.value.subscription import SubscriptionValue, discounted_value, subscription_value

PURCHASES = f"""
    SELECT id AS key, customer_id, number AS label, round(amount
        * {RATE.format(currency="p.currency", day="p.purchased_on")} * %(lifetime)s, 12)
        AS numerator, 0 AS denominator, 'purchase' AS note
    FROM customers_purchase p
    WHERE purchased_on >= %(start)s AND purchased_on < %(end)s {{narrowed}}
    UNION ALL
    SELECT customer_id, customer_id, '', 0, 1, 'buyer' FROM customers_purchase p
    WHERE purchased_on >= %(start)s AND purchased_on < %(end)s {{narrowed}} GROUP BY customer_id
"""


def margin_per_customer(question: Question) -> Decimal | None:
    """Margin a month of the average paying customer on the last day; None without customers."""
    mrr = mrr_figure(question)
    if not mrr.n or mrr.value is None:
        return None
    return Decimal(mrr.value) / mrr.n * assumed(Name.GROSS_MARGIN, question.day)


def value_of_subscriptions(question: Question) -> SubscriptionValue | None:
    margin, churn = margin_per_customer(question), pooled_churn(question)
    if margin is None:
        return None
    return subscription_value(
        margin, Decimal(1), lost=int(churn.numerator), customer_months=int(churn.denominator),
        horizon=int(assumed(Name.HORIZON_MONTHS, question.day)),
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
    yearly = float(assumed(Name.DISCOUNT_RATE, question.day))
    value = discounted_value(
        float(margin), 1 - float(pooled.value), (1 + yearly) ** (1 / 12) - 1,
        int(assumed(Name.HORIZON_MONTHS, question.day)),
    )  # fmt: skip
    return Figure(value, n=int(pooled.denominator), flag="estimate")


def lifetime_years(question: Question) -> Decimal | None:
    """Mean lifetime within the horizon at the pooled churn, in years."""
    churn = pooled_churn(question).value
    if churn is None:
        return None
    horizon = int(assumed(Name.HORIZON_MONTHS, question.day))
    return expected_months(churn, horizon) / 12


def expected_months(churn: Decimal, horizon: int) -> Decimal:
    """Months a customer is still to be there within the horizon, the running one included."""
    return (1 - (1 - churn) ** horizon) / churn if churn else Decimal(horizon)


def simple_rows(question: Question) -> Rows:
    """Purchases of the twelve months up to the last day, each times the lifetime in years."""
    narrowed, values = question.narrowing(question.day)
    end = question.day + timedelta(days=1)
    lifetime = (lifetime_years(question) or Decimal(0)) * assumed(Name.GROSS_MARGIN, question.day)
    values |= value_parameters() | {"start": add_months(end, -12), "end": end,
                                    "lifetime": lifetime}  # fmt: skip
    return Rows(PURCHASES.format(narrowed=narrowed), values, kind="purchase")


def simple_figure(question: Question) -> Figure:
    totals = simple_rows(question).totals()
    buyers = int(totals.denominator)
    if not buyers or lifetime_years(question) is None:
        return Figure.undefined("no_data")
    return Figure(totals.numerator / buyers, totals.numerator, buyers, buyers)


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
    return Figure(value, totals.numerator, totals.denominator, totals.n, flag="estimate")


def value_to_cost_figure(question: Question) -> Figure:
    """Of the twelve months up to the last day, so that both sides speak of the same customers."""
    if question.is_narrowed:
        return Figure.undefined("of_whole_company")
    end = question.day + timedelta(days=1)
    _spend, won, cac = cac_of(add_months(end, -12), end)
    value = subscription_figure(question)
    if cac is None or value.value is None or not cac:
        return Figure.undefined(value.reason or ("nobody_won" if not won else "no_cost_lines"))
    point = Decimal(str(value.value))
    return Figure(
        value_to_cost(point, Decimal(cac)), point, cac, won,
        range_over(value.interval, cac), flag="estimate",
    )  # fmt: skip


PAGE = "metrics:value_and_cost"
LTV_SIMPLE = Metric(
    code="ltv_simple", rule="LTV-1", chapter="value", name=_("Lifetime value, simple"),
    unit="money",
    definition=_("Average purchase times purchases a year times lifetime in years, in margin: from "
                 "the purchases of twelve months, with the mean lifetime within the horizon."),
    formula=_("average purchase × purchases a year × lifetime in years × gross margin"),
    compute=simple_figure, rows=simple_rows, page=PAGE,
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
    compute=value_to_cost_figure, page=PAGE, groupings=("month",),
)  # fmt: skip
LTV_PURCHASES = Metric(
    code="ltv_purchases", rule="LTV-5", chapter="value",
    name=_("Value of purchases to come, twelve months"), unit="money",
    definition=_("What each buyer is expected to buy in the next 52 weeks, in margin, by how often "
                 "and how lately it bought (BG/NBD) and how much it spent (Gamma-Gamma). As of the "
                 "last night the models were fitted."),
    formula=_("Σ expected purchases × expected spend × gross margin / buyers"),
    compute=foretold_figure, rows=foretold_rows, page=PAGE,
    groupings=("segment", "csm", "touch", "plan"),
)  # fmt: skip
VALUES = (LTV_SIMPLE, LTV_SUBSCRIPTION, LTV_DISCOUNTED, LTV_PURCHASES, LTV_TO_CAC)
