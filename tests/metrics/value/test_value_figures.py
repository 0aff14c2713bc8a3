"""The worked examples of lifetime value from facts: the ledger, purchases and cost lines."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import CostLine, ExchangeRate
from metrics.catalogue import BY_CODE
from metrics.figure import Figure
from metrics.intervals import relative
from metrics.models import CustomerLife
from metrics.question import question_of
from metrics.reports.content import Told
from metrics.reports.wording import figure_in_words
from metrics.retention.survival import survival_curve
from metrics.templatetags.numbers import in_unit
from tests.factories import CustomerFactory, PurchaseFactory
from tests.metrics.value.company import END, FIRST, LAST_MONTH, assume, company

pytestmark = pytest.mark.django_db
NOBODY_LEAVES = [0] * 12


def answer(code: str, **asked: str) -> Figure:
    return BY_CODE[code].answer(question_of(LAST_MONTH | asked, END))


def buys(*amounts: int) -> None:
    buyer = CustomerFactory(csm=None)
    for number, amount in enumerate(amounts):
        PurchaseFactory(customer=buyer, amount=amount, currency="JPY",
                        purchased_on=FIRST + timedelta(days=20 * number))  # fmt: skip


def test_buyers_who_were_customers_for_no_month_have_no_lifetime_yet_but_did_buy():
    assert answer("ltv_simple").reason == "no_data"
    buys(100)

    assert (answer("ltv_simple").reason, answer("ltv_simple").n) == ("no_lifetime", 1)


@pytest.mark.parametrize("margin", ["1", "0.8"])
def test_average_purchase_times_frequency_times_lifetime(margin):
    """ltv-001"""
    assume(gross_margin=margin, horizon_months="24")
    company([10] * 13, NOBODY_LEAVES)
    for _ in range(2):
        buys(*[300] * 5)

    figure = answer("ltv_simple")

    assert figure.value == 3000 * Decimal(margin)
    names = ("average_purchase", "purchases_a_year", "lifetime_years", "value_in_revenue")
    assert [figure.parts[name] for name in names] == [300, 5, 2, 3000]


def test_from_the_purchases_of_a_year():
    """ltv-002"""
    assume(gross_margin="0.6", horizon_months="36")
    company([10] * 13, NOBODY_LEAVES)
    for amounts in ((100, 50), (150,), (60, 40, 100)):
        buys(*amounts)

    figure = answer("ltv_simple")

    assert float(figure.parts["average_purchase"]) == pytest.approx(83.3333333333)
    assert (figure.parts["purchases_a_year"], figure.parts["value_in_revenue"]) == (2, 500)
    assert (figure.value, figure.denominator) == (300, 3)
    # All are still there after the 13 months anybody was watched.
    assert figure.parts["value_at_measured_lifetime"] == pytest.approx(Decimal(100) * 13 / 12)


def test_a_refund_is_no_purchase_but_lowers_what_was_spent():
    assume(gross_margin="1", horizon_months="12")
    company([10] * 13, NOBODY_LEAVES)
    buys(300, -100)

    figure = answer("ltv_simple")

    assert figure.value == 200
    assert (figure.parts["average_purchase"], figure.parts["purchases_a_year"]) == (200, 1)


def test_the_lifetime_is_measured_where_the_curve_reaches_the_horizon():
    """LTV-1 with the lifetime of LTV-6: of twenty, ten left after twelve months."""
    assume(gross_margin="0.5", horizon_months="24")
    company([10] * 13, NOBODY_LEAVES)
    for first_lost_on in [date(2022, 1, 1), None] * 10:
        CustomerLife.objects.create(
            customer=CustomerFactory(csm=None), joined_on=date(2021, 1, 1),
            cohort=date(2021, 1, 1), known_from=date(2021, 1, 1), first_lost_on=first_lost_on,
        )  # fmt: skip
    buys(300, 300)

    figure = answer("ltv_simple")

    curve = survival_curve(question_of(LAST_MONTH, END))
    assert curve.at_risk(24) >= 10
    measured = Decimal(str(curve.restricted_mean(24))) / 12
    assert figure.parts["lifetime_years"] == pytest.approx(measured)
    assert figure.value == pytest.approx(300 * measured)
    assert figure.value < figure.parts["value_at_pooled_churn"] == 600


def test_the_range_of_the_simple_value_is_that_of_its_rows(lea):
    company([10] * 13, NOBODY_LEAVES)
    for amounts in ((100, 50), (150,), (60, 40, 100)):
        buys(*amounts)

    figure, rows = answer("ltv_simple"), BY_CODE["ltv_simple"].rows(question_of(LAST_MONTH, END))

    assert rows.opened(lea, 1)[1] == rows.totals()
    slow = relative(float(figure.value), rows.relative_error(), "above zero")
    assert (figure.interval.low, figure.interval.high) == pytest.approx((slow.low, slow.high))


def test_what_is_no_money_stays_as_it_is_in_another_currency():
    ExchangeRate.objects.create(currency="USD", month=date(2025, 1, 1), rate=100)
    company([20] * 13, [1] * 12)

    figure = answer("ltv_subscription", currency="USD")

    assert figure.value == 16
    assert figure.parts["lifetime_months"] == 20


@pytest.mark.parametrize(("margin", "value"), [("1", 2000), ("0.8", 1600)])
def test_arpa_over_churn(margin, value):
    """ltv-003"""
    assume(gross_margin=margin)
    company([20] * 13, [1] * 12)

    figure = answer("ltv_subscription")

    assert (figure.value, figure.parts["lifetime_months"]) == (value, 20)


def test_nobody_left_so_there_is_only_an_at_least():
    """ltv-004"""
    company([10] * 13, NOBODY_LEAVES)

    figure, churn = answer("ltv_subscription"), answer("pooled_churn")

    assert (figure.value, figure.reason, figure.n) == (None, "zero_churn", 120)
    assert churn.interval.high == pytest.approx(0.0310191664, abs=1e-9)
    assert figure.parts["at_least"] == pytest.approx(2579.0506076193, abs=1e-6)
    assert figure.parts["within_horizon"] == 4800


def test_ten_losses_leave_a_wide_range():
    """ltv-005"""
    company([84] * 4 + [83] * 9, [1] * 10 + [0] * 2)

    figure, churn = answer("ltv_subscription"), answer("pooled_churn")

    assert (churn.numerator, churn.denominator) == (10, 1000)
    wilson = (churn.interval.low, churn.interval.high)
    assert wilson == pytest.approx((0.0054407544, 0.0183094689), abs=1e-9)
    assert figure.value == pytest.approx(8000)
    found = (figure.interval.low, figure.interval.high)
    assert found == pytest.approx((4369.3239037482, 14703.8431528071), abs=1e-6)
    assert figure.parts["within_horizon"] == pytest.approx(3622.7468608739, abs=1e-6)


def test_a_year_of_payments_discounted():
    """ltv-006: one percent a month is 12.6825 % a year."""
    assume(horizon_months="12", discount_rate="0.126825")
    company([20] * 13, [1] * 12)

    figure = answer("ltv_discounted")

    assert figure.value == pytest.approx(700.883249904, abs=2e-4)
    assert figure.interval.low < figure.value < figure.interval.high


def test_over_a_long_time_and_without_discount_it_is_the_simple_quotient():
    """ltv-007"""
    assume(horizon_months="1200", discount_rate="0")
    company([20] * 13, [1] * 12)

    assert answer("ltv_discounted").value == pytest.approx(1600)


def test_value_is_set_against_what_a_customer_cost_to_win():
    """ltvcac-001, ltvcac-002"""
    company([50] * 13, [1] * 12, monthly=150)
    assert (answer("ltv_to_cac").value, answer("ltv_to_cac").reason) == (None, "no_cost_lines")
    CostLine.objects.create(kind="tools", label="x", amount=10, currency="JPY", starts_on=FIRST,
                            until=END, retention_share=1, acquisition_share=0)  # fmt: skip
    assert answer("ltv_to_cac").reason == "no_costs_of_winning"

    CostLine.objects.create(kind="campaigns", label="x", amount=36_000, currency="JPY",
                            starts_on=FIRST, until=END, retention_share=0,
                            acquisition_share=1)  # fmt: skip

    assert answer("ltv_subscription").value == pytest.approx(6000)
    figure = answer("ltv_to_cac")
    assert (figure.value, figure.denominator) == (pytest.approx(2), 3000)
    assert figure.interval.low < 2 < figure.interval.high
    told = Told(BY_CODE["ltv_to_cac"], figure, question_of(LAST_MONTH, END))
    assert in_unit(figure.value, told.metric, told.question) == figure_in_words(told) == "2.0×"
