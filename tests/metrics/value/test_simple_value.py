from decimal import Decimal

import pytest

from metrics.value.simple import simple_value, value_of_purchases


def test_average_purchase_times_frequency_times_lifetime():
    assert simple_value(Decimal(300), Decimal(5), Decimal(2)) == 3000


def test_from_a_year_of_purchases():
    purchases = {
        "c1": [Decimal(100), Decimal(50)],
        "c2": [Decimal(150)],
        "c3": [Decimal(60), Decimal(40), Decimal(100)],
    }

    value = value_of_purchases(purchases, Decimal(3), Decimal("0.6"))

    assert value.average_purchase == pytest.approx(Decimal("83.3333333333"))
    assert (value.frequency, value.revenue_value, value.margin_value) == (2, 500, 300)


def test_without_orders_there_is_no_value():
    assert value_of_purchases({"c1": []}, Decimal(3), Decimal(1)).revenue_value is None
