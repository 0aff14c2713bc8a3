"""The worked examples of MRR over time and of its movements, from versions of subscriptions."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from customers.models import Discount, ExchangeRate
from metrics.models import CustomerLife
from metrics.revenue.value import annual_values, currencies_without_rate
from tests.factories import (
    CustomerFactory,
    PurchaseFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
)
from tests.metrics.test_revenue_figures import book, figure, movements, value

pytestmark = pytest.mark.django_db


def day(text: str) -> date:
    return date.fromisoformat(text)


def subscription(customer=None, **facts):
    return SubscriptionFactory(customer=customer or CustomerFactory(csm=None), **facts)


def version(of, effective_on: str, price, **facts):
    facts.setdefault("recorded_at", datetime.combine(day(effective_on), time(), tzinfo=UTC))
    return SubscriptionVersionFactory(
        subscription=of, effective_on=day(effective_on), price=Decimal(price),
        **({"quantity": Decimal(1)} | facts),
    )  # fmt: skip


def mrr(on: str) -> Decimal | None:
    """At the end of a day."""
    return value("mrr", f"{on}..{on}")


def booked() -> list[tuple[str, str, Decimal, str]]:
    book()
    return movements()


def test_three_customers_at_a_hundred_a_year_are_twenty_five_a_month():
    """mrr-005"""
    for _ in range(3):
        version(subscription(), "2025-01-01", 100, interval="year")
    book()

    assert (value("arr", "2025-06"), round(value("mrr", "2025-06"), 2)) == (300, 25)


def discounted(price, interval, starts, ends, **off):
    made = version(subscription(), "2025-01-01", price, interval=interval)
    Discount.objects.create(version=made, starts_on=day(starts), ends_on=ends and day(ends), **off)


def test_only_discounts_longer_than_a_month_are_taken_off():
    """mrr-002"""
    discounted(100, "month", "2025-01-01", None, percent=20)
    discounted(100, "month", "2025-03-01", "2025-04-01", percent=50)
    discounted(1200, "year", "2025-01-01", "2026-01-01", percent=25)
    discounted(100, "month", "2025-02-01", "2025-05-01", percent=30)
    discounted(100, "month", "2025-01-01", None, amount=15)

    assert ("2025-05-01", "expansion", Decimal(30), "discount_expired") in booked()
    assert (mrr("2025-03-15"), mrr("2025-05-01")) == (410, 440)
    each = [annual / 12 for annual in annual_values(day("2025-03-15")).values()]
    assert sorted(each) == [70, 75, 80, 85, 100]


def test_an_upgrade_counts_in_full_from_its_day():
    """mrr-004: the invoice of the rest of the month is a purchase like any other."""
    contract = subscription()
    version(contract, "2025-01-01", 100)
    version(contract, "2025-01-16", 160)
    PurchaseFactory(customer=contract.customer, purchased_on=day("2025-01-16"), amount="30.97")

    assert booked()[1:] == [("2025-01-16", "expansion", 60, "")]
    assert [mrr(f"2025-01-{n}") for n in (15, 16, 31)] == [100, 160, 160]


def test_a_ramp_counts_the_step_in_force_and_says_so():
    """mrr-006"""
    contract = subscription()
    version(contract, "2025-01-01", 12_000, interval="year", ends_on=day("2027-01-01"))
    PurchaseFactory(customer=contract.customer, purchased_on=day("2025-01-01"), amount=5000)
    version(contract, "2026-01-01", 24_000, interval="year", ends_on=day("2027-01-01"),
            reason="contracted_ramp")  # fmt: skip

    assert booked() == [
        ("2025-01-01", "new", 1000, ""),
        ("2026-01-01", "expansion", 1000, "contracted_ramp"),
    ]
    assert (mrr("2025-06-30"), mrr("2026-02-01")) == (1000, 2000)


def test_movements_are_judged_on_the_total_of_the_customer():
    """mvt-002"""
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
    """mvt-004"""
    customer = CustomerFactory()
    version(subscription(customer), "2025-01-01", 50, ends_on=day("2025-03-10"))
    version(subscription(customer), "2025-03-10", 120)

    assert booked()[1:] == [("2025-03-10", "expansion", 70, "")]


def test_each_currency_has_its_own_rate_in_the_ledger(settings):
    settings.REPORTING_CURRENCY = "JPY"
    for currency, rate in (("EUR", 160), ("USD", 150)):
        ExchangeRate.objects.create(currency=currency, month=day("2025-01-01"), rate=rate)
        version(subscription(), "2025-02-01", 10, currency=currency)

    assert {amount for _day, _kind, amount, _reason in booked()} == {1600, 1500}


def test_money_without_a_rate_is_left_out_and_named():
    version(subscription(), "2025-02-01", 1000, currency="USD")
    book()

    assert mrr("2025-02-01") == 0
    assert currencies_without_rate(day("2025-02-01")) == ["USD"]


def test_a_free_plan_after_a_paid_one_is_churn():
    """mvt-012"""
    contract = subscription()
    version(contract, "2025-01-01", 50)
    version(contract, "2025-03-10", 0)

    assert booked()[1:] == [("2025-03-10", "churn", -50, "moved_to_free")]
    assert figure("mrr", "2025-03").n == 0


def test_a_pause_is_churn_that_is_shown_apart_and_a_resume_brings_back():
    """mvt-013"""
    version(subscription(), "2025-01-01", 80, paused_on=day("2025-04-01"),
            resumes_on=day("2025-06-01"))  # fmt: skip

    assert booked()[1:] == [
        ("2025-04-01", "churn", -80, "paused"),
        ("2025-06-01", "reactivation", 80, "resumed"),
    ]
    april, quarter = figure("logo_churn", "2025-04"), figure("logo_churn", "2025-04-01..2025-06-30")
    assert (april.numerator, april.denominator, april.parts["paused"]) == (1, 1, 1)
    assert (quarter.numerator, quarter.denominator) == (0, 1)


def test_whoever_disagrees_may_let_a_pause_count(settings):
    settings.PAUSED_SUBSCRIPTIONS_COUNT = True
    version(subscription(), "2025-01-01", 80, paused_on=day("2025-04-01"))

    assert booked() == [("2025-01-01", "new", 80, "")]
    assert (value("mrr", "2025-05"), value("cmrr", "2025-05")) == (80, 80)


def change_of_plan(ends: str, begins: str, **facts) -> list[tuple[str, str, Decimal, str]]:
    """One contract for 80 and one for 90, of the same customer."""
    customer = CustomerFactory(csm=None)
    version(subscription(customer), "2025-01-01", 80, ends_on=day(ends), **facts)
    version(subscription(customer), begins, 90)
    return booked()[1:]


def test_a_gap_between_two_contracts_is_a_loss_and_a_return():
    assert change_of_plan("2025-03-01", "2025-03-02") == [
        ("2025-03-01", "churn", -80, "ended"), ("2025-03-02", "reactivation", 90, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("begins", "moved"),
    [
        ("2025-03-04", [("2025-03-04", "expansion", 10, "")]),
        ("2025-03-05", [("2025-03-01", "churn", -80, "ended"),
                        ("2025-03-05", "reactivation", 90, "")]),
    ],
)  # fmt: skip
def test_a_gap_as_short_as_the_house_says_is_none(settings, begins, moved):
    settings.MERGE_GAP_DAYS = 3

    assert change_of_plan("2025-03-01", begins) == moved


def test_a_pause_is_no_gap_however_short(settings):
    settings.MERGE_GAP_DAYS = 31

    moved = change_of_plan("2025-03-08", "2025-03-10", paused_on=day("2025-03-05"))

    assert [line[:2] for line in moved] == [("2025-03-05", "churn"), ("2025-03-10", "reactivation")]


def test_a_trial_is_new_on_its_first_paid_day():
    """mvt-014"""
    version(subscription(), "2025-02-20", 90, trial_ends_on=day("2025-03-06"))

    assert booked() == [("2025-03-06", "new", 90, "")]
    assert value("mrr", "2025-02") == 0
    assert CustomerLife.objects.get().joined_on == day("2025-03-06")


def test_a_debt_is_lost_after_the_limit_and_comes_back_when_paid():
    """mvt-015"""
    contract = subscription()
    version(contract, "2025-01-01", 100, past_due_since=day("2025-05-10"))
    version(contract, "2025-06-20", 100)

    assert booked()[1:] == [
        ("2025-06-10", "churn", -100, "involuntary"),
        ("2025-06-20", "reactivation", 100, ""),
    ]
    assert mrr("2025-06-09") == 100


def test_a_contract_that_ends_is_lost_for_the_reason_of_the_version_that_ends_it():
    """Its last version says why, whether it was known long before or from the first day on."""
    told, ramped = subscription(), subscription()
    version(told, "2025-01-01", 50)
    version(told, "2025-02-20", 50, ends_on=day("2025-04-01"), reason="competitor")
    version(ramped, "2025-01-01", 50, ends_on=day("2025-05-01"), reason="contracted_ramp")

    assert booked()[1:] == [
        ("2025-01-01", "new", 50, "contracted_ramp"),
        ("2025-04-01", "churn", -50, "competitor"),
        ("2025-05-01", "churn", -50, "ended"),
    ]
