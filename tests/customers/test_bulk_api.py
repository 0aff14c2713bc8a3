"""/customers/bulk-upsert and /contacts/bulk-upsert: a thousand at once, each judged by itself."""

import pytest

from customers.models import Contact, Customer
from tests.api.programs import CUSTOMERS, send
from tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
URL = f"{CUSTOMERS}/bulk-upsert"


def customers_named(*names: str) -> list[dict]:
    return [{"external_id": f"A-{n}", "name": name} for n, name in enumerate(names)]


def test_each_item_has_its_verdict_and_the_good_ones_are_kept(lea, api_of):
    CustomerFactory(external_id="A-0", name="Same")
    CustomerFactory(external_id="A-1", name="Old", segment="SMB")
    items = [*customers_named("Same", "New", "Fresh", "x" * 201), {"external_id": "A-2"}]

    answer = send(api_of(lea), "post", URL, {"items": items}).json()

    statuses = [result["status"] for result in answer["results"]]
    assert statuses == ["unchanged", "updated", "created", "error", "error"]
    assert answer["results"][3]["errors"][0]["pointer"] == "/name"
    assert answer["results"][4]["errors"][0]["code"] == "twice"
    assert list(Customer.objects.order_by("pk").values_list("name", "segment")) == [
        ("Same", ""), ("New", "SMB"), ("Fresh", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["dry_run", "all_or_none"])
def test_a_dry_run_and_all_or_none_save_nothing_and_say_the_same(how, lea, api_of):
    CustomerFactory(external_id="A-0", name="Old")
    body = {"items": customers_named("New", "Fresh", "")}

    tried = send(api_of(lea), "post", URL, {**body, how: True}).json()
    names = set(Customer.objects.values_list("name", flat=True))
    saved = send(api_of(lea), "post", URL, body).json()

    assert (tried["is_saved"], names) == (False, {"Old"})
    assert tried["counts"] == saved["counts"] == {"updated": 1, "created": 1, "error": 1}


def test_somebody_elses_customer_is_not_touched(ana, ben, api_of):
    CustomerFactory(external_id="A-0", name="Ben's", csm=ben)

    answer = send(api_of(ana), "post", URL, {"items": customers_named("Mine", "Mine")}).json()

    assert [result["status"] for result in answer["results"]] == ["error", "created"]
    assert Customer.objects.get(external_id="A-0").name == "Ben's"
    assert Customer.objects.get(external_id="A-1").csm == ana


def test_contacts_name_their_customer_by_either_id(ana, ben, api_of):
    mine, other = CustomerFactory(csm=ana), CustomerFactory(csm=ben)
    items = [
        {"external_id": "P-1", "customer": mine.pk, "name": "Ann"},
        {"external_id": "P-2", "customer_external_id": mine.external_id, "name": "Bob"},
        {"external_id": "P-3", "customer_external_id": other.external_id, "name": "Cid"},
        {"external_id": "P-4", "customer": other.pk, "name": "Dan"},
        {"external_id": "P-5", "name": "Eve"},
    ]

    answer = send(api_of(ana), "post", "/api/v1/contacts/bulk-upsert", {"items": items}).json()

    pointers = [result["errors"][0]["pointer"] for result in answer["results"][2:]]
    assert pointers == ["/customer_external_id", "/customer", "/customer"]
    assert set(Contact.objects.values_list("name", "customer_id")) == {
        ("Ann", mine.pk), ("Bob", mine.pk),
    }  # fmt: skip


@pytest.mark.parametrize("items", [[], {}, "x", [5], customers_named(*["x"] * 1_001)], ids=range(5))
def test_ap20_too_many_too_few_or_no_items_are_refused(items, lea, api_of):
    answer = send(api_of(lea), "post", URL, {"items": items})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/items")


@pytest.mark.parametrize("how_many", [3, 30])
def test_new_items_ask_the_same_number_of_questions(
    how_many, lea, api_of, django_assert_max_num_queries
):
    owner, client = CustomerFactory(), api_of(lea)
    items = [{"external_id": f"P-{n}", "customer": owner.pk, "name": "x"} for n in range(how_many)]
    client.get(CUSTOMERS)
    ContactFactory(external_id="P-0", customer=owner, name="x")

    with django_assert_max_num_queries(12):
        send(client, "post", "/api/v1/contacts/bulk-upsert", {"items": items})
