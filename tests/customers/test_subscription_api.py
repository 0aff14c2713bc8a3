"""/api/v1/subscriptions: a change is a new version, and both clocks can be turned back."""

from datetime import UTC, datetime

import pytest

from customers.models import SubscriptionVersion
from tests.api.programs import send
from tests.factories import CustomerFactory, SubscriptionVersionFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/subscriptions"
TERMS = {
    "effective_on": "2025-01-01", "price": "100", "currency": "JPY", "quantity": "5",
    "renews_on": "2027-01-01", "discounts": [{"percent": "10", "starts_on": "2025-01-01"}],
}  # fmt: skip


def test_a_contract_begins_with_its_first_version(lea, api_of):
    body = {"customer": CustomerFactory().pk, "external_id": "S-1", "terms": TERMS}

    made = send(api_of(lea), "post", URL, body)

    assert made.status_code == 201
    assert made.json()["terms"]["discounts"][0]["percent"] == "10.0000"
    assert made.json() == api_of(lea).get(made["Location"]).json()


def test_a_change_is_added_and_carries_over_what_it_does_not_name(lea, api_of):
    body = {"customer": CustomerFactory().pk, "external_id": "S-1", "terms": TERMS}
    url = send(api_of(lea), "post", URL, body)["Location"]
    change = {"effective_on": "2026-01-01", "price": "120"}

    changed = send(api_of(lea), "post", f"{url}/versions", change).json()
    before = api_of(lea).get(url, {"on": "2025-12-31"}).json()

    assert (changed["terms"]["price"], changed["terms"]["quantity"]) == (
        "120.000000000000",
        "5.0000",
    )
    assert changed["terms"]["renews_on"] == "2027-01-01"
    assert changed["terms"]["discounts"][0]["percent"] == "10.0000"
    assert before["terms"]["price"] == "100.000000000000"
    assert len(api_of(lea).get(f"{url}/versions").json()) == 2


def test_what_was_known_then_is_still_known(lea, api_of):
    contract = SubscriptionVersionFactory(price=100).subscription
    SubscriptionVersionFactory(
        subscription=contract, price=90, recorded_at=datetime(2026, 6, 1, tzinfo=UTC)
    )
    url = f"{URL}/{contract.pk}"

    now = api_of(lea).get(url, {"on": "2025-02-01"}).json()["terms"]["price"]
    then = api_of(lea).get(url, {"on": "2025-02-01", "known_at": "2026-05-31T00:00:00Z"}).json()

    assert (now[:3], then["terms"]["price"][:4]) == ("90.", "100.")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({}, "/effective_on"),
        ({"effective_on": "2026-01-01", "price": "-1"}, "/price"),
        ({"effective_on": "2026-01-01", "resumes_on": "2026-02-01"}, "/resumes_on"),
        ({"effective_on": "2026-01-01", "discounts": [{"starts_on": "2026-01-01"}]},
         "/discounts/0"),
        ({"effective_on": "2026-01-01", "recorded_at": "2020-01-01T00:00:00Z"}, "/recorded_at"),
    ],
)  # fmt: skip
def test_a_wrong_change_is_named_and_adds_nothing(change, pointer, lea, api_of):
    contract = SubscriptionVersionFactory().subscription

    answer = send(api_of(lea), "post", f"{URL}/{contract.pk}/versions", change)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert SubscriptionVersion.objects.count() == 1


@pytest.mark.parametrize("query", ["on=2026-02-30", "known_at=2026-01-01", "known_at=x"])
def test_a_clock_that_cannot_be_read_is_named(query, lea, api_of):
    contract = SubscriptionVersionFactory().subscription

    answer = api_of(lea).get(f"{URL}/{contract.pk}?{query}")

    assert answer.json()["errors"][0]["parameter"] == query.split("=", maxsplit=1)[0]
