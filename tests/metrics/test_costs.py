from decimal import Decimal

import pytest

from metrics.costs import (
    Cost,
    acquisition_cost,
    payback_months,
    retention_cost,
    value_to_cost,
)
from metrics.value.subscription import value_from_churn


def cost(amount, share):
    return Cost(Decimal(amount), Decimal(share))


def test_each_cost_line_counts_by_its_retention_share():
    lines = [cost(60000, 1), cost(40000, "0.5"), cost(5000, 1), cost(10000, 1), cost(5000, 1),
             cost(80000, 0)]  # fmt: skip

    crc = retention_cost(
        lines, customers_retained=200, customers_start=210, customers_end=230,
        average_arr=Decimal(2_000_000),
    )  # fmt: skip

    assert crc.total == 100000
    assert crc.per_retained_customer.value == 500
    assert crc.per_average_customer.value == pytest.approx(Decimal("454.5454545455"))
    assert crc.share_of_arr.value == Decimal("0.05")


def test_nobody_retained_leaves_the_total_and_no_figure_per_customer():
    crc = retention_cost([cost(1000, 1)], customers_retained=0)

    assert crc.total == 1000
    assert crc.per_retained_customer.value is None
    assert crc.per_retained_customer.reason == "nobody_retained"


def test_the_glossary_example():
    assert (
        retention_cost([cost(10000, 1)], customers_retained=500).per_retained_customer.value == 20
    )


def test_customers_won_back_are_not_new():
    assert acquisition_cost(Decimal(120000), 40).value == 3000


def test_spend_without_wins_is_no_figure():
    assert acquisition_cost(Decimal(5000), 0).value is None


def test_value_to_cost_uses_the_margin():
    value = value_from_churn(Decimal(150), Decimal("0.8"), Decimal("0.02"))

    assert (value, value_to_cost(value, Decimal(3000))) == (6000, 2)
    assert value_to_cost(Decimal(6000), None) is None


@pytest.mark.parametrize(
    ("spend", "revenue", "margin", "months"),
    [(3000, 125, "0.8", 30), (120000, 5000, "0.8", 30), (120000, 5000, "1", 24)],
)
def test_months_until_it_is_paid_back(spend, revenue, margin, months):
    assert payback_months(Decimal(spend), Decimal(revenue), Decimal(margin)).value == months


def test_without_margin_it_is_never_paid_back():
    payback = payback_months(Decimal(3000), Decimal(125), Decimal(0))

    assert (payback.value, payback.reason) == (None, "never")
