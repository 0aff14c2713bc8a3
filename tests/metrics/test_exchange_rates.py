"""Exchange rates by hand and through the API; and what the ledger does with them."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from customers.models import ExchangeRate
from metrics.daily import close_day
from metrics.jobs import rebook_currency
from metrics.models import RevenueMovement
from metrics.revenue.ledger import book_movements, rebuild_movements
from tests.factories import SubscriptionFactory
from tests.metrics.test_closed_months import APRIL, FEBRUARY, MARCH, nights
from tests.metrics.test_two_clocks import rate, version

pytestmark = pytest.mark.django_db
NEW = reverse("metrics:exchange_rate_new")


@pytest.fixture(autouse=True)
def _april():
    with time_machine.travel(datetime(2025, 4, 6, 1, tzinfo=UTC), tick=True):
        yield


def movements() -> list[tuple]:
    rows = RevenueMovement.objects.order_by("day", "kind").values_list("day", "kind", "amount")
    return [(str(day), kind, amount / 12) for day, kind, amount in rows]


def test_at_a_constant_price_only_fx_moves():
    """Property 4."""
    version(SubscriptionFactory(), FEBRUARY, 10, currency="USD")
    for month, value in ((FEBRUARY, 140), (MARCH, 150), (APRIL, 130)):
        rate("USD", month, value, known_from=month)

    rebuild_movements(through=date(2025, 4, 30))

    assert movements() == [
        ("2025-02-01", "new", 1400), ("2025-03-01", "fx", 100), ("2025-04-01", "fx", -200)
    ]  # fmt: skip


def test_a_rate_that_is_entered_books_its_customers_anew(as_user, lea):
    contract = SubscriptionFactory()
    version(contract, FEBRUARY, 10, currency="USD")
    rate("USD", FEBRUARY, 140, known_from=FEBRUARY)
    nights(FEBRUARY, APRIL)
    book_movements([contract.customer_id], through=date(2025, 3, 31))

    as_user(lea).post(NEW, {"currency": "usd", "month": "2025-02", "rate": "150"})
    rebook_currency("USD")

    assert ExchangeRate.objects.get().rate == 150
    assert movements() == [("2025-02-01", "new", 1500)]


@pytest.mark.parametrize(
    ("given", "why"),
    [({"currency": "JPY"}, "always 1"), ({"currency": "ZZZ"}, "currency"),
     ({"month": "2025-13"}, "Write a month"), ({"month": "2025-06"}, "too far ahead"),
     ({"rate": "0"}, "greater than or equal"), ({"rate": "-3"}, "greater than or equal"),
     ({"rate": "10000000000"}, "digits"), ({"rate": "a lot"}, "number")],
)  # fmt: skip
def test_a_rate_that_cannot_be_is_refused_in_words(as_user, lea, given, why):
    asked = {"currency": "USD", "month": "2025-02", "rate": "150"} | given

    answer = as_user(lea).post(NEW, asked)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [({"currency": "JPY"}, "currency"), ({"currency": "ZZZ"}, "currency"),
     ({"month": "2025-02-02"}, "month"), ({"month": "2030-01-01"}, "month"),
     ({"rate": "0"}, "rate"), ({"rate": "-1"}, "rate"), ({"rate": "0.000000001"}, "rate")],
)  # fmt: skip
def test_the_api_refuses_what_cannot_be(api_of, lea, given, field):
    asked = {"currency": "USD", "month": "2025-02-01", "rate": "150"} | given

    answer = api_of(lea).post("/api/v1/exchange-rates", asked, content_type="application/json")

    assert answer.status_code in (400, 422)
    assert field in answer.content.decode()
    assert not ExchangeRate.objects.exists()


def test_the_api_corrects_the_worth_and_nothing_else(api_of, lea):
    dollar = rate("USD", FEBRUARY, 140, known_from=FEBRUARY)
    address = f"/api/v1/exchange-rates/{dollar.pk}"

    good = api_of(lea).patch(address, {"rate": "141"}, content_type="application/json")
    bad = api_of(lea).patch(address, {"currency": "EUR"}, content_type="application/json")

    assert (good.status_code, good.json()["rate"]) == (200, "141.00000000")
    assert bad.status_code in (400, 422)
    dollar.refresh_from_db()
    assert (dollar.currency, dollar.rate) == ("USD", 141)


def test_a_night_books_whom_a_rate_of_long_ago_touches(lea):
    contract = SubscriptionFactory()
    version(contract, FEBRUARY, 10, currency="USD")
    for month, value in ((FEBRUARY, 140), (MARCH, 150)):
        rate("USD", month, value, known_from=month)
    close_day(date(2025, 4, 4))
    ExchangeRate.objects.filter(month=FEBRUARY).update(rate=145)

    close_day(date(2025, 4, 5))

    assert movements() == [("2025-02-01", "new", 1450), ("2025-03-01", "fx", 50)]
