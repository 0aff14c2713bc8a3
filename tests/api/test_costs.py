"""/api/v1/cost-lines and /api/v1/role-rates: what serving and winning customers costs."""

import pytest

from customers.models import CostLine, ExchangeRate, RoleRate
from tests.api.programs import send
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/cost-lines"
LINE = {
    "external_id": "K-1", "kind": "salaries", "label": "CS team", "starts_on": "2026-06-01",
    "until": "2026-07-01", "amount": "300000", "currency": "JPY", "retention_share": "0.5",
    "acquisition_share": "0.25",
}  # fmt: skip


def test_a_cost_line_is_entered_read_corrected_with_its_tag_and_taken_away(lea, api_of):
    program = api_of(lea)
    made = send(program, "post", URL, LINE, idempotency_key="one")
    again = send(program, "post", URL, LINE, idempotency_key="one")
    one = f"{URL}/{made.json()['id']}"

    late = send(program, "patch", one, {"amount": "1"}, if_match='"old"')
    changed = send(program, "patch", one, {"amount": "310000"}, if_match=made["ETag"])

    assert (made.status_code, again.json(), late.status_code) == (201, made.json(), 412)
    assert (changed.json()["amount"], changed.json()["author"]) == ("310000.0000", lea.pk)
    assert program.get(URL, {"starts_on__lte": "2026-05-31"}).json()["results"] == []
    assert send(program, "delete", one).status_code == 204
    assert program.get(one).status_code == 410


@pytest.mark.parametrize(
    ("change", "field"),
    [({"until": "2026-06-01"}, "until"), ({"acquisition_share": "0.6"}, "acquisition_share"),
     ({"currency": "USD"}, "currency"), ({"amount": "-1"}, "amount"), ({"kind": "fun"}, "kind")],
)  # fmt: skip
def test_a_cost_line_that_cannot_be_names_its_field(change, field, lea, api_of):
    program = api_of(lea)

    refused = send(program, "post", URL, LINE | change)
    made = send(program, "post", URL, LINE)
    patched = send(program, "patch", f"{URL}/{made.json()['id']}", change)

    for answer in (refused, patched):
        assert answer.status_code == 400
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]


def test_cost_lines_come_in_bulk_by_their_external_id(lea, api_of):
    ExchangeRate.objects.create(currency="USD", month="2026-06-01", rate=150)
    CustomerFactory(external_id="C-1")
    items = [LINE, LINE | {"external_id": "K-2", "currency": "USD", "customer_external_id": "C-1"},
             LINE | {"external_id": "K-3", "until": "2026-05-01"}]  # fmt: skip
    program = api_of(lea)

    first = send(program, "post", f"{URL}/bulk-upsert", {"items": items}).json()
    second = send(program, "post", f"{URL}/bulk-upsert", {"items": items[:2]}).json()

    assert first["counts"] == {"created": 2, "error": 1}
    assert second["counts"] == {"unchanged": 2}
    assert CostLine.objects.get(external_id="K-2").customer.external_id == "C-1"


def test_an_hour_has_one_cost_for_each_role_and_day_which_can_be_corrected(lea, api_of):
    program, url = api_of(lea), "/api/v1/role-rates"
    body = {"role": "csm", "effective_on": "2026-01-01", "hourly": "4000"}
    made = send(program, "post", url, body).json()

    twice = send(program, "post", url, body)
    moved = send(program, "patch", f"{url}/{made['id']}", {"role": "lead"})
    corrected = send(program, "patch", f"{url}/{made['id']}", {"hourly": "4200"})

    assert (twice.status_code, moved.status_code, corrected.status_code) == (400, 400, 200)
    assert RoleRate.objects.get().hourly == 4200


def test_a_key_needs_the_scope_of_costs(lea, api_of):
    program = api_of(lea, ["customers:read", "customers:write"])

    assert program.get(URL).json()["code"] == "missing_scope"
