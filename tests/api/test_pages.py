"""Lists: pages that neither skip nor repeat, in any order, and what stands around them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer
from metrics.models import Snapshot
from tests.api.programs import CUSTOMERS, every_row
from tests.factories import DAY, NOON, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_dozen(lea):
    """All made in the same moment, as an import does; a third has no figures."""
    customers = [CustomerFactory(csm=lea, created_at=NOON, name=f"N{n % 3}") for n in range(12)]
    for n, customer in enumerate(customers[:8]):
        Snapshot.objects.create(customer=customer, day=DAY, mrr=Decimal(n // 2))
    return customers


@pytest.mark.parametrize("ordering", ["created_at", "-created_at", "name", "-mrr", "mrr", "-name"])
@pytest.mark.parametrize("limit", [1, 5, 12])
def test_pages_neither_skip_nor_repeat_whatever_the_ties(ordering, limit, a_dozen, lea, api_of):
    client = api_of(lea)

    ids = every_row(client, f"{CUSTOMERS}?limit={limit}&ordering={ordering}")

    assert sorted(ids) == [customer.pk for customer in a_dozen]
    assert ids == every_row(client, f"{CUSTOMERS}?limit=200&ordering={ordering}")


@pytest.mark.parametrize("ordering", ["created_at", "-mrr", "name"])
def test_the_way_back_is_the_way_forth(ordering, a_dozen, lea, api_of):
    client = api_of(lea)
    pages = [client.get(f"{CUSTOMERS}?limit=5&ordering={ordering}").json()]
    while pages[-1]["next"]:
        pages.append(client.get(pages[-1]["next"]).json())

    back = client.get(client.get(pages[2]["previous"]).json()["previous"]).json()

    assert len(pages) == 3
    assert back["results"] == pages[0]["results"]
    assert back["previous"] is None
    assert client.get(pages[2]["previous"]).json()["next"] == pages[1]["next"]


def test_rows_made_meanwhile_do_not_move_the_next_page(a_dozen, lea, api_of):
    client = api_of(lea)
    first = client.get(f"{CUSTOMERS}?limit=5").json()
    CustomerFactory(csm=lea, created_at=NOON - timedelta(days=1))

    second = client.get(first["next"]).json()

    assert [row["id"] for row in second["results"]] == [c.pk for c in a_dozen[5:10]]


def test_links_stand_in_a_header_too_and_rows_are_counted_on_demand(a_dozen, lea, api_of):
    client = api_of(lea)

    answer = client.get(CUSTOMERS, {"limit": 5, "count": "true"})

    assert answer["Link"] == f'<{answer.json()["next"]}>; rel="next"'
    assert (answer.json()["count"], answer.json()["count_is_capped"]) == (12, False)
    assert "count" not in client.get(CUSTOMERS).json()


def test_a_delta_is_read_with_the_time_of_the_last_page(a_dozen, lea, api_of):
    client = api_of(lea)
    asked_at = client.get(CUSTOMERS)["X-Page-Generated"]
    Customer.objects.filter(pk=a_dozen[3].pk).update(updated_at=datetime.now(UTC))

    changed = client.get(CUSTOMERS, {"updated_since": asked_at}).json()["results"]

    assert [row["id"] for row in changed] == [a_dozen[3].pk]


@pytest.mark.parametrize("made_for", ["-created_at", "name"])
def test_a_cursor_of_another_ordering_is_refused(made_for, a_dozen, lea, api_of):
    client = api_of(lea)
    link = client.get(f"{CUSTOMERS}?limit=5&ordering={made_for}").json()["next"]

    answer = client.get(link.replace(f"ordering={made_for}", "ordering=mrr"))

    assert answer.json()["errors"][0]["code"] == "invalid_cursor"
