"""Odd and bad facts about money: each has a defined answer in the ledger, or is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from customers.models import SubscriptionVersion
from lib.periods import period_of
from metrics.catalogue import BY_CODE
from metrics.models import RevenueMovement
from metrics.question import Question
from metrics.revenue.ledger import rebuild_movements
from metrics.revenue.movements import movements_between
from metrics.revenue.value import currencies_without_rate
from tests.factories import CustomerFactory, SubscriptionFactory
from tests.metrics.test_two_clocks import version

pytestmark = pytest.mark.django_db
NEWEST = date(2025, 6, 30)


def lines() -> list[tuple]:
    rebuild_movements(through=NEWEST)
    rows = RevenueMovement.objects.order_by("day", "kind")
    return [(str(m.day), m.kind, m.amount / 12) for m in rows]


def test_of_overlapping_versions_the_later_start_rules():
    contract = SubscriptionFactory()
    version(contract, date(2025, 1, 1), 100, ends_on=date(2025, 12, 1))
    version(contract, date(2025, 3, 1), 70, ends_on=date(2025, 5, 1))

    assert lines() == [("2025-01-01", "new", 100), ("2025-03-01", "contraction", -30),
                       ("2025-05-01", "churn", -70)]  # fmt: skip


def test_a_duplicate_version_moves_nothing_twice():
    contract = SubscriptionFactory()
    for _ in range(2):
        version(contract, date(2025, 1, 1), 100)

    assert lines() == [("2025-01-01", "new", 100)]


@pytest.mark.parametrize(
    "facts",
    [{"ends_on": date(2025, 1, 1)}, {"ends_on": date(2024, 12, 1)}, {"quantity": Decimal(0)},
     {"price": 0}, {"effective_on": date(2025, 9, 1)}],
    ids=["zero length", "reversed", "quantity 0", "price 0", "future"],
)  # fmt: skip
def test_what_is_worth_nothing_is_no_movement(facts):
    version(SubscriptionFactory(), **{"effective_on": date(2025, 1, 1), "price": 100} | facts)

    assert lines() == []


def test_no_more_seats_is_churn_as_a_free_plan_is():
    contract = SubscriptionFactory()
    version(contract, date(2025, 1, 1), 100)
    version(contract, date(2025, 2, 1), 100, quantity=Decimal(0))

    assert lines()[1] == ("2025-02-01", "churn", -100)
    assert RevenueMovement.objects.get(kind="churn").reason == "moved_to_free"


def test_a_negative_price_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        version(SubscriptionFactory(), date(2025, 1, 1), -1)


def test_the_largest_price_is_kept_to_the_last_digit():
    version(SubscriptionFactory(), date(2025, 1, 1), Decimal("1000000000000000.01"))

    assert lines() == [("2025-01-01", "new", Decimal("1000000000000000.01"))]


def test_money_in_a_currency_without_a_rate_is_left_out_and_named():
    version(SubscriptionFactory(), date(2025, 1, 1), 100, currency="CHF")
    version(SubscriptionFactory(), date(2025, 1, 1), 100)

    assert lines() == [("2025-01-01", "new", 100)]
    assert currencies_without_rate(NEWEST) == ["CHF"]


def test_the_leap_day_belongs_to_february():
    contract = SubscriptionFactory()
    version(contract, date(2024, 2, 29), 100, ends_on=date(2025, 2, 28))
    rebuild_movements(through=NEWEST)

    february = movements_between(date(2024, 2, 1), date(2024, 3, 1))
    after = movements_between(date(2025, 2, 1), date(2025, 3, 1))

    assert (february.new, after.churn) == (100, 100)


def known_to_be(on: date) -> Decimal:
    question = Question(period_of("2025-04"), today=date(2025, 7, 1), known_on=on)
    return Decimal(BY_CODE["mrr"].answer(question).value or 0)


def test_a_day_of_23_hours_ends_at_its_own_midnight(settings):
    settings.REPORTING_TIME_ZONE = "Europe/Berlin"
    contract = SubscriptionFactory()
    version(contract, date(2025, 3, 1), 100)
    late = version(contract, date(2025, 3, 1), 50)
    rebuild_movements(through=NEWEST)
    march_30 = date(2025, 3, 30)

    for moment, known in ((datetime(2025, 3, 30, 21, 59, tzinfo=UTC), 50),
                          (datetime(2025, 3, 30, 22, 0, tzinfo=UTC), 100)):  # fmt: skip
        SubscriptionVersion.objects.filter(pk=late.pk).update(recorded_at=moment)
        assert known_to_be(march_30) == known


def test_another_zone_moves_what_was_known_when_but_not_what_is(settings):
    contract = SubscriptionFactory()
    version(contract, date(2025, 3, 1), 100)
    late = version(contract, date(2025, 3, 1), 50)
    moment = datetime(2025, 3, 30, 20, tzinfo=UTC)  # the 31st in Tokyo, still the 30th in London
    SubscriptionVersion.objects.filter(pk=late.pk).update(recorded_at=moment)
    in_tokyo = lines()

    assert known_to_be(date(2025, 3, 30)) == 100
    settings.REPORTING_TIME_ZONE = "Europe/London"
    assert known_to_be(date(2025, 3, 30)) == 50
    assert lines() == in_tokyo


def test_years_that_begin_in_april_follow_each_other_without_a_gap(settings):
    settings.FISCAL_YEAR_STARTS_IN_MONTH = 4
    contract = SubscriptionFactory()
    version(contract, date(2024, 3, 31), 100)
    version(contract, date(2025, 3, 31), 80)
    version(contract, date(2025, 4, 1), 90)
    rebuild_movements(through=NEWEST)

    years = [period_of(text) for text in ("2024", "2025")]
    first, second = (movements_between(year.start, year.end) for year in years)

    assert (first.opening, first.contraction, first.closing) == (100, 20, 80)
    assert (second.opening, second.expansion) == (80, 10)


TERMS = {"effective_on": "2025-01-01", "price": "100", "currency": "JPY"}


@pytest.mark.parametrize(
    ("terms", "field"),
    [({"currency": "ZZZ"}, "currency"), ({"price": "-1"}, "price"),
     ({"quantity": "-1"}, "quantity"),
     ({"ends_on": "2024-12-31"}, "ends_on"), ({"effective_on": "2025-02-29"}, "effective_on"),
     ({"price": "1000000000000000", "quantity": "1000000"}, "price"),
     ({"price": "1e40"}, "price"), ({"interval_count": 0}, "interval_count")],
)  # fmt: skip
def test_the_api_refuses_terms_that_cannot_be_and_names_them(api_of, lea, terms, field):
    customer = CustomerFactory()
    body = {"customer": customer.pk, "external_id": "S-1", "terms": TERMS | terms}

    answer = api_of(lea).post("/api/v1/subscriptions", body, content_type="application/json")

    assert answer.status_code in (400, 422)
    assert field in answer.content.decode()
    assert not SubscriptionVersion.objects.exists()


@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_quantity_that_with_the_price_it_follows_cannot_be_is_refused(api_of, lea, is_bulk):
    contract = SubscriptionFactory()
    version(contract, date(2025, 1, 1), Decimal("1000000000000000"))
    terms = {"effective_on": "2025-02-01", "quantity": "1000000"}
    where, body = f"/{contract.pk}/versions", terms
    if is_bulk:
        where = "/bulk-upsert"
        body = {"items": [{"external_id": contract.external_id, "terms": terms}]}

    answer = api_of(lea).post(
        f"/api/v1/subscriptions{where}", body, content_type="application/json"
    )

    assert answer.status_code == (200 if is_bulk else 400)
    assert "quantity" in answer.content.decode()
    assert SubscriptionVersion.objects.get().quantity == 1
    assert lines() == [("2025-01-01", "new", Decimal("1000000000000000"))]
