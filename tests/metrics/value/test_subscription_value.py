from decimal import Decimal

import pytest

from metrics.value.subscription import discounted_value, subscription_value, value_from_churn


def test_arpa_over_churn():
    assert value_from_churn(Decimal(100), Decimal(1), Decimal("0.05")) == 2000
    assert value_from_churn(Decimal(100), Decimal("0.8"), Decimal("0.05")) == 1600


def test_a_negative_churn_is_no_divisor():
    assert value_from_churn(Decimal(100), Decimal(1), Decimal("-0.01")) is None


def test_ten_losses_leave_a_wide_range():
    value = subscription_value(Decimal(100), Decimal("0.8"), lost=10, customer_months=1000)

    assert value.point == pytest.approx(8000)
    assert value.churn_interval.low == pytest.approx(0.0054407544, abs=1e-9)
    assert value.interval.low == pytest.approx(4369.3239037482, abs=1e-6)
    assert value.interval.high == pytest.approx(14703.8431528071, abs=1e-6)
    assert value.within_horizon == pytest.approx(3622.7468608739, abs=1e-6)
    assert value.lifetime_months == pytest.approx(100)


def test_nobody_left_so_there_is_only_an_at_least():
    value = subscription_value(Decimal(100), Decimal("0.8"), lost=0, customer_months=120)

    assert (value.point, value.flag) == (None, "zero_churn")
    assert value.churn_interval.high == pytest.approx(0.0310191664, abs=1e-9)
    assert value.at_least == pytest.approx(2579.0506076193, abs=1e-6)
    assert value.within_horizon == 4800


def test_nobody_watched_is_no_value():
    assert subscription_value(Decimal(100), Decimal(1), lost=0, customer_months=0).flag == "no_data"


def test_a_year_of_payments_discounted():
    assert discounted_value(80, 0.95, 0.01, 12) == pytest.approx(700.883249904, abs=1e-6)


def test_without_end_and_discount_it_is_the_simple_quotient():
    assert discounted_value(80, 0.95, 0, None) == pytest.approx(1600)
    assert discounted_value(80, 1.0, 0, None) is None
    assert discounted_value(80, 1.0, 0, 12) == 960
