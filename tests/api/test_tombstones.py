"""What was deleted is told to programs that keep a copy, and only to those who saw it."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import Customer
from tests.api.programs import CUSTOMERS
from tests.api.test_updated_since import LONG_AGO
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    PurchaseFactory,
    SubscriptionFactory,
    TaskFactory,
    TicketFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db
FACTORIES = {
    "customers": CustomerFactory, "contacts": ContactFactory, "tasks": TaskFactory,
    "tickets": TicketFactory, "touchpoints": TouchpointFactory, "purchases": PurchaseFactory,
    "subscriptions": SubscriptionFactory,
}  # fmt: skip


def deleted_since(program, noun, moment=LONG_AGO, **more):
    asked = {"updated_since": moment.isoformat(), "include_deleted": "true", **more}
    return program.get(f"/api/v1/{noun}", asked)


@pytest.mark.parametrize("noun", FACTORIES)
def test_each_noun_tells_what_is_gone_and_answers_410_for_it(noun, lea, api_of):
    kept, gone = FACTORIES[noun](), FACTORIES[noun]()
    pk, external_id = gone.pk, getattr(gone, "external_id", None)
    gone.delete()

    answer = deleted_since(api_of(lea), noun).json()

    assert [row["id"] for row in answer["results"]] == [kept.pk]
    assert [(row["id"], row["external_id"]) for row in answer["deleted"]] == [(pk, external_id)]
    assert api_of(lea).get(f"/api/v1/{noun}/{pk}").json()["code"] == "gone"
    assert api_of(lea).get(f"/api/v1/{noun}/{pk}").status_code == 410
    assert api_of(lea).get(f"/api/v1/{noun}/{pk + 1_000_000}").status_code == 404


def test_what_belonged_to_a_deleted_customer_is_gone_for_its_csm_and_nobody_else(ana, ben, api_of):
    mine = CustomerFactory(csm=ana)
    contact = ContactFactory(customer=mine)
    ids = mine.pk, contact.pk
    Customer.objects.filter(pk=mine.pk).delete()

    told = {
        user.full_name: [
            row["id"]
            for noun in ("customers", "contacts")
            for row in deleted_since(api_of(user), noun).json()["deleted"]
        ]
        for user in (ana, ben)
    }

    assert told == {"Ana Abe": list(ids), "Ben Baba": []}
    assert api_of(ben).get(f"{CUSTOMERS}/{ids[0]}").status_code == 404


def test_only_since_the_moment_and_only_on_the_first_page(lea, api_of):
    for customer in CustomerFactory.create_batch(3):
        CustomerFactory()
        customer.delete()

    first = deleted_since(api_of(lea), "customers", limit=2).json()
    second = api_of(lea).get(first["next"]).json()
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    assert len(first["deleted"]) == 3
    assert (second["deleted"], len(second["results"])) == ([], 1)
    assert deleted_since(api_of(lea), "customers", tomorrow).json()["deleted"] == []
    assert "deleted" not in api_of(lea).get(CUSTOMERS).json()


@pytest.mark.parametrize("query", ["include_deleted=true", "include_deleted=yes"])
def test_a_wish_that_cannot_be_met_is_named(query, lea, api_of):
    answer = api_of(lea).get(f"{CUSTOMERS}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "include_deleted"
