"""The worked examples of MRR and its movements (mrr-*, mvt-*)."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from customers.models import Customer, Discount, ExchangeRate
from metrics.churn import logo_churn, logo_churn_of_month
from metrics.models import RevenueMovement
from metrics.revenue.ledger import book_movements
from metrics.revenue.movements import movements_between, mrr_on
from metrics.revenue.value import annual_values, currencies_without_rate
from tests.factories import CustomerFactory, SubscriptionFactory, SubscriptionVersionFactory

pytestmark = pytest.mark.django_db
END = date(2026, 12, 31)


def day(text: str) -> date:
    return date.fromisoformat(text)


def subscription(customer=None, **facts):
    return SubscriptionFactory(customer=customer or CustomerFactory(), **facts)


def version(of, effective_on: str, price, **facts):
    facts.setdefault("recorded_at", datetime.combine(day(effective_on), time(), tzinfo=UTC))
    return SubscriptionVersionFactory(
        subscription=of, effective_on=day(effective_on), price=Decimal(price),
        **({"quantity": Decimal(1)} | facts),
    )  # fmt: skip


def mrr(on: str, **known) -> Decimal:
    return sum(annual_values(day(on), **known).values(), Decimal(0)) / 12


def booked() -> list[tuple[str, str, Decimal, str]]:
    """Day, kind, monthly amount and reason of each line of the ledger."""
    book_movements(list(Customer.objects.values_list("pk", flat=True)), through=END)
    return [
        (str(m.day), m.kind, m.amount / 12, m.reason)
        for m in RevenueMovement.objects.order_by("day", "customer_id", "kind")
    ]


@pytest.mark.parametrize(
    ("price", "interval", "count", "annual"),
    [(100, "month", 1, 1200), (300, "month", 3, 1200), (1200, "year", 1, 1200),
     (20, "week", 1, 1040), (2, "day", 1, 730), (2400, "month", 24, 1200),
     (1400, "month", 14, 1200)],
)  # fmt: skip
def test_every_interval_comes_to_its_annual_value(price, interval, count, annual):
    version(subscription(), "2025-01-01", price, interval=interval, interval_count=count)

    assert list(annual_values(day("2025-01-01")).values()) == [annual]


def test_three_customers_at_a_hundred_a_year_are_twenty_five_a_month():
    for _ in range(3):
        version(subscription(), "2025-01-01", 100, interval="year")

    assert round(mrr("2025-06-01"), 2) == 25


def discounted(price, interval, starts, ends, **off):
    made = version(subscription(), "2025-01-01", price, interval=interval)
    Discount.objects.create(version=made, starts_on=day(starts), ends_on=ends and day(ends), **off)


def test_only_discounts_longer_than_a_month_are_taken_off():
    discounted(100, "month", "2025-01-01", None, percent=20)
    discounted(100, "month", "2025-03-01", "2025-04-01", percent=50)
    discounted(1200, "year", "2025-01-01", "2026-01-01", percent=25)
    discounted(100, "month", "2025-02-01", "2025-05-01", percent=30)
    discounted(100, "month", "2025-01-01", None, amount=15)

    assert mrr("2025-03-15") == 410
    assert mrr("2025-05-01") == 440
    assert ("2025-05-01", "expansion", Decimal(30), "discount_expired") in booked()


def test_trials_pauses_long_debts_and_free_plans_count_for_nothing():
    version(subscription(), "2025-01-01", 100)
    version(subscription(), "2025-01-01", 100, trial_ends_on=day("2025-07-06"))
    version(subscription(), "2025-01-01", 100, past_due_since=day("2025-06-20"))
    version(subscription(), "2025-01-01", 100, past_due_since=day("2025-05-30"))
    version(subscription(), "2025-01-01", 100, paused_on=day("2025-06-01"))
    version(subscription(), "2025-01-01", 100, ends_on=day("2025-07-15"))
    version(subscription(), "2025-01-01", 0)

    assert mrr("2025-06-30") == 300


def test_an_upgrade_counts_in_full_from_its_day():
    contract = subscription()
    version(contract, "2025-01-01", 100)
    version(contract, "2025-01-16", 160)

    assert (mrr("2025-01-15"), mrr("2025-01-16")) == (100, 160)
    assert booked()[1] == ("2025-01-16", "expansion", 60, "")


def test_a_ramp_counts_the_step_in_force_and_says_so():
    contract = subscription()
    version(contract, "2025-01-01", 12_000, interval="year", ends_on=day("2027-01-01"))
    version(contract, "2026-01-01", 24_000, interval="year", ends_on=day("2027-01-01"),
            reason="contracted_ramp")  # fmt: skip

    assert booked() == [
        ("2025-01-01", "new", 1000, ""),
        ("2026-01-01", "expansion", 1000, "contracted_ramp"),
    ]


def test_movements_are_judged_on_the_total_of_the_customer():
    customer = CustomerFactory()
    gold, silver, gold2 = (subscription(customer) for _ in range(3))
    version(gold, "2024-01-10", 500, quantity=4, interval="year", ends_on=day("2025-01-10"))
    version(silver, "2024-01-15", 30, quantity=2, ends_on=day("2024-01-29"))
    version(gold2, "2025-02-20", 50, quantity=3)

    gold_monthly = Decimal(2000) / 12
    assert booked() == [
        ("2024-01-10", "new", gold_monthly, ""),
        ("2024-01-15", "expansion", 60, ""),
        ("2024-01-29", "contraction", -60, ""),
        ("2025-01-10", "churn", -gold_monthly, "ended"),
        ("2025-02-20", "reactivation", 150, ""),
    ]


def test_changes_of_one_day_are_netted():
    customer = CustomerFactory()
    version(subscription(customer), "2025-01-01", 50, ends_on=day("2025-03-10"))
    version(subscription(customer), "2025-03-10", 120)

    assert booked()[1:] == [("2025-03-10", "expansion", 70, "")]


def test_the_waterfall_adds_up_and_churn_has_its_own_start_set():
    """mvt-001, with F won back and E new inside the month."""
    steps = {"F": [("2024-06-01", 80), ("2024-11-01", 0), ("2025-03-20", 120)],
             "A": [("2025-01-01", 100)], "B": [("2025-01-01", 200), ("2025-03-05", 260)],
             "C": [("2025-01-01", 300), ("2025-03-10", 220)],
             "D": [("2025-01-01", 150), ("2025-03-12", 0)], "E": [("2025-03-15", 90)]}  # fmt: skip
    for history in steps.values():
        contract = subscription()
        for on, price in history:
            version(contract, on, price)
    booked()

    march = movements_between(day("2025-03-01"), day("2025-04-01"))
    churn = logo_churn_of_month(day("2025-03-31"))

    assert (march.opening, march.closing) == (750, 790) == (750, mrr_on(day("2025-03-31")))
    assert (march.new, march.reactivation, march.expansion) == (90, 120, 60)
    assert (march.contraction, march.churn) == (80, 150)
    assert (churn.start, churn.lost, churn.rate.value) == (4, 1, Decimal("0.25"))
    assert abs(churn.interval.low - 0.0455872608) < 1e-6


def test_who_came_and_left_inside_a_month_is_early_churn_and_in_no_rate():
    version(subscription(), "2025-01-01", 500)
    version(subscription(), "2025-03-03", 100, ends_on=day("2025-03-20"))
    booked()

    churn = logo_churn_of_month(day("2025-03-01"))

    assert (churn.start, churn.lost, churn.early, churn.rate.value) == (1, 0, 1, 0)


def test_who_leaves_and_returns_inside_a_month_is_not_lost():
    customer = CustomerFactory()
    version(subscription(customer), "2025-01-01", 100, ends_on=day("2025-03-10"))
    version(subscription(customer), "2025-03-25", 80)
    booked()

    march = movements_between(day("2025-03-01"), day("2025-04-01"))

    assert (march.churn, march.reactivation, march.contraction) == (100, 80, 0)
    assert logo_churn_of_month(day("2025-03-01")).lost == 0


def test_without_customers_at_the_start_there_is_no_rate():
    churn = logo_churn_of_month(day("2025-03-01"))

    assert (churn.start, churn.rate.value, churn.rate.reason) == (0, None, "no_start")


def test_a_back_dated_change_is_seen_as_known_then_and_as_known_now():
    contract = subscription()
    version(contract, "2025-03-01", 100)
    version(contract, "2025-03-01", 50, recorded_at=datetime(2025, 3, 15, tzinfo=UTC))

    assert mrr("2025-03-10", known_at=datetime(2025, 3, 14, tzinfo=UTC)) == 100
    assert mrr("2025-03-10", known_at=datetime(2025, 3, 15, tzinfo=UTC)) == 50
    assert booked() == [("2025-03-01", "new", 50, "")]


def test_exchange_rates_have_a_line_of_their_own(settings):
    settings.REPORTING_CURRENCY = "EUR"
    for month, rate in (("2025-02-01", "0.95"), ("2025-03-01", "0.9")):
        ExchangeRate.objects.create(currency="USD", month=day(month), rate=Decimal(rate))
    american = subscription()
    version(american, "2025-02-01", 1000, currency="USD")
    version(american, "2025-03-10", 1200, currency="USD")
    version(subscription(), "2025-02-01", 500, currency="EUR")
    booked()

    march = movements_between(day("2025-03-01"), day("2025-04-01"))

    assert (march.opening, march.fx, march.expansion, march.closing) == (1450, -50, 180, 1580)


def test_each_currency_has_its_own_rate_in_the_ledger(settings):
    settings.REPORTING_CURRENCY = "JPY"
    for currency, rate in (("EUR", 160), ("USD", 150)):
        ExchangeRate.objects.create(currency=currency, month=day("2025-01-01"), rate=rate)
        version(subscription(), "2025-02-01", 10, currency=currency)

    assert {amount for _day, _kind, amount, _reason in booked()} == {1600, 1500}


def test_money_without_a_rate_is_left_out_and_named():
    version(subscription(), "2025-02-01", 1000, currency="USD")

    assert mrr("2025-02-01") == 0
    assert currencies_without_rate(day("2025-02-01")) == ["USD"]


def test_a_cancellation_is_lost_on_the_first_day_without_service():
    version(subscription(), "2025-01-01", 1200, interval="year", ends_on=day("2026-01-01"))

    assert (mrr("2025-12-31"), mrr("2026-01-01")) == (100, 0)
    assert booked()[1] == ("2026-01-01", "churn", -100, "ended")


def test_a_free_plan_after_a_paid_one_is_churn():
    contract = subscription()
    version(contract, "2025-01-01", 50)
    version(contract, "2025-03-10", 0)

    assert booked()[1] == ("2025-03-10", "churn", -50, "moved_to_free")


def test_a_pause_is_churn_that_is_shown_apart_and_a_resume_brings_back():
    version(subscription(), "2025-01-01", 80, paused_on=day("2025-04-01"),
            resumes_on=day("2025-06-01"))  # fmt: skip

    assert booked()[1:] == [
        ("2025-04-01", "churn", -80, "paused"),
        ("2025-06-01", "reactivation", 80, "resumed"),
    ]
    april = logo_churn_of_month(day("2025-04-01"))
    quarter = logo_churn(day("2025-04-01"), day("2025-07-01"))
    assert (april.lost, april.paused, quarter.lost) == (1, 1, 0)


def test_a_trial_is_new_on_its_first_paid_day():
    version(subscription(), "2025-02-20", 90, trial_ends_on=day("2025-03-06"))

    assert booked() == [("2025-03-06", "new", 90, "")]


def test_a_debt_is_lost_after_the_limit_and_comes_back_when_paid():
    contract = subscription()
    version(contract, "2025-01-01", 100, past_due_since=day("2025-05-10"))
    version(contract, "2025-06-20", 100)

    assert mrr("2025-06-09") == 100
    assert booked()[1:] == [
        ("2025-06-10", "churn", -100, "involuntary"),
        ("2025-06-20", "reactivation", 100, ""),
    ]
