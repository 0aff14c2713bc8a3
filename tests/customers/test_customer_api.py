"""/api/v1/customers: what a program may read and change, and how it is told no."""

import pytest

from accounts.models import ApiKey
from customers.models import Attribute, Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/customers"


def send(client, method, url, body=None, **headers):
    return getattr(client, method)(url, data=body, content_type="application/json", headers=headers)


def test_a_program_sees_only_the_customers_of_its_owner(ana, ben, api_of):
    mine, _other = CustomerFactory(csm=ana), CustomerFactory(csm=ben)

    found = api_of(ana).get(URL).json()

    assert [row["id"] for row in found["results"]] == [mine.pk]
    assert (found["next"], found["previous"]) == (None, None)


@pytest.mark.parametrize("path", ["{}", "{}/churn", "999999", "{}/"])
def test_somebody_elses_customer_is_as_unknown_as_a_missing_one(ana, ben, api_of, path):
    other = CustomerFactory(csm=ben)
    url = f"{URL}/{path.format(other.pk)}"

    answer = send(api_of(ana), "post" if "churn" in path else "get", url, {})

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_a_customer_is_made_and_found_by_what_people_type(lea, api_of):
    body = {"external_id": "A-1", "name": "サクラ商事", "country": "JP", "csm": lea.pk}

    made = send(api_of(lea), "post", URL, body)
    found = api_of(lea).get(URL, {"q": "ｻｸﾗ"}).json()

    assert made.status_code == 201
    assert made["Location"] == f"{URL}/{made.json()['id']}"
    assert [row["external_id"] for row in found["results"]] == ["A-1"]


def test_what_a_csm_makes_is_hers(ana, ben, api_of):
    own = send(api_of(ana), "post", URL, {"external_id": "A-1", "name": "Bakery"})
    given = send(api_of(ana), "post", URL, {"external_id": "A-2", "name": "B", "csm": ben.pk})

    assert own.json()["csm"] == ana.pk
    assert given.status_code == 400
    assert given.json()["errors"][0]["pointer"] == "/csm"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"nme": "x"}, "unknown_field"),
        ({"id": 5}, "read_only"),
        ({"churned_on": "2026-01-01"}, "read_only"),
        ({"created_at": "2026-01-01T00:00:00Z"}, "read_only"),
        ({"name": 5}, "invalid"),
        ({"name": "x" * 201}, "max_length"),
        ({"country": "XX"}, "invalid"),
        ({"currency": "ZZZ"}, "invalid"),
        ({"started_on": "2026-02-30"}, "invalid"),
        ({"started_on": "0001-01-01"}, "out_of_range"),
        ({"parent": 2**70}, "max_value"),
        ({"attributes": {"seats": 5}}, "invalid"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(ana, api_of, body, code):
    bakery = CustomerFactory(csm=ana, name="Bakery")

    answer = send(api_of(ana), "patch", f"{URL}/{bakery.pk}", {"segment": "new", **body})

    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert error["pointer"].startswith(f"/{next(iter(body))}")
    assert error["code"] == code
    assert Customer.objects.get().segment == ""


def test_attributes_are_set_cleared_and_left(ana, api_of):
    Attribute.objects.create(key="seats", label="Seats", type="number")
    Attribute.objects.create(key="beta", label="Beta", type="boolean")
    bakery = CustomerFactory(csm=ana, attributes={"seats": 5})
    url = f"{URL}/{bakery.pk}"

    send(api_of(ana), "patch", url, {"attributes": {"beta": True}})
    found = api_of(ana).get(URL, {"attr.seats": "5", "attr.beta": "true"}).json()
    cleared = send(api_of(ana), "patch", url, {"attributes": {"seats": None}}).json()

    assert found["results"][0]["attributes"] == {"seats": 5, "beta": True}
    assert cleared["attributes"] == {"beta": True}


def test_churning_twice_is_a_conflict(ana, api_of):
    url = f"{URL}/{CustomerFactory(csm=ana).pk}/churn"
    body = {"churned_on": "2026-06-15", "reason": "price"}

    first, second = (send(api_of(ana), "post", url, body) for _ in range(2))

    assert (first.status_code, first.json()["stage"]) == (200, "churned")
    assert (second.status_code, second.json()["code"]) == (409, "conflict")


def test_a_day_before_the_start_is_a_contradiction(ana, api_of):
    url = f"{URL}/{CustomerFactory(csm=ana).pk}/churn"

    answer = send(api_of(ana), "post", url, {"churned_on": "2020-01-01", "reason": "price"})

    assert answer.status_code == 400
    assert Customer.objects.get().churned_on is None


def test_the_same_external_id_twice_is_named(lea, api_of):
    CustomerFactory(external_id="A-1")

    answer = send(api_of(lea), "post", URL, {"external_id": "A-1", "name": "x"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {
        "pointer": "/external_id",
        "code": "unique",
        "detail": "customer with this external id already exists.",
    }


def test_fields_and_expand_shape_the_answer(ana, api_of):
    CustomerFactory(csm=ana, name="Bakery")

    row = api_of(ana).get(URL, {"fields": "name", "expand": "csm"}).json()["results"][0]

    assert row["name"] == "Bakery"
    assert row["expanded"]["csm"]["email"] == "ana@example.com"
    assert set(row) == {"name", "expanded"}


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_list_asks_the_same_number_of_questions(
    how_many, ana, api_of, django_assert_num_queries
):
    CustomerFactory.create_batch(how_many, csm=ana)
    client = api_of(ana)
    client.get(URL)

    with django_assert_num_queries(2):  # the key with its owner, the page
        client.get(URL, {"expand": "csm,team,health", "limit": 50})


def test_a_change_is_noted_with_the_person_and_the_key(ana, api_of):
    bakery = CustomerFactory(csm=ana)

    send(api_of(ana), "patch", f"{URL}/{bakery.pk}", {"segment": "SMB"})

    noted = bakery.events.latest("pgh_id").pgh_context.metadata
    key = ApiKey.objects.get()
    assert (noted["user"], noted["key"], noted["url"]) == (ana.pk, key.pk, f"{URL}/{bakery.pk}")
