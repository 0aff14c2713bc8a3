from decimal import Decimal

from metrics.value.subscription import discounted_value, subscription_value


def test_nobody_watched_is_no_value():
    assert subscription_value(Decimal(100), Decimal(1), lost=0, customer_months=0).flag == "no_data"


def test_without_churn_and_discount_every_month_counts_alike():
    assert discounted_value(80, 1.0, 0, 12) == 960
