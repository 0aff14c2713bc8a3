"""/attributes: which custom attributes there are, declared one by one and many at once."""

import pytest

from customers.models import Attribute, Customer
from tests.api.programs import CUSTOMERS, send
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/attributes"
PLAN = {"key": "plan", "label": "Plan", "type": "select", "choices": ["gold", "free"]}


def declared() -> dict[str, str]:
    return dict(Attribute.objects.values_list("key", "label"))


def test_many_are_declared_at_once_and_matched_by_key(lea, api_of):
    Attribute.objects.create(key="seats", label="Seats", type="number")
    items = [
        {"key": "seats", "label": "Seats sold"}, PLAN, PLAN, {"key": "Not a key", "label": "x"},
    ]  # fmt: skip

    answer = send(api_of(lea), "post", f"{URL}/bulk-upsert", {"items": items}).json()

    statuses = [result["status"] for result in answer["results"]]
    assert statuses == ["updated", "created", "error", "error"]
    assert [r["errors"][0]["pointer"] for r in answer["results"][2:]] == ["/key", "/key"]
    assert declared() == {"seats": "Seats sold", "plan": "Plan"}


def test_values_of_many_customers_follow_what_was_declared(lea, api_of):
    send(api_of(lea), "post", URL, PLAN)
    for number in range(2):
        CustomerFactory(external_id=f"A-{number}", attributes={"plan": "free"})
    items = [
        {"external_id": "A-0", "attributes": {"plan": "gold"}},
        {"external_id": "A-1", "attributes": {"plan": "silver"}},
    ]

    answer = send(api_of(lea), "post", f"{CUSTOMERS}/bulk-upsert", {"items": items}).json()

    assert answer["results"][1]["errors"][0]["pointer"] == "/attributes/plan"
    assert list(Customer.objects.order_by("external_id").values_list("attributes", flat=True)) == [
        {"plan": "gold"}, {"plan": "free"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer"), [({"type": "number"}, "/type"), ({"choices": []}, "/choices")]
)
def test_a_declaration_that_values_rest_on_is_not_taken_away(change, pointer, lea, api_of):
    plan = Attribute.objects.create(**PLAN)

    answer = send(api_of(lea), "patch", f"{URL}/{plan.pk}", change)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
