"""/api/v1/tasks and /touchpoints: the same acts as on the pages."""

from datetime import UTC, datetime

import pytest

from customers.models import Customer, Task
from tests.api.programs import send
from tests.factories import NOON, CustomerFactory, TaskFactory, TouchpointFactory

pytestmark = pytest.mark.django_db
TASKS, TOUCHPOINTS = "/api/v1/tasks", "/api/v1/touchpoints"


@pytest.mark.parametrize(
    ("act", "field"), [("done", "done_at"), ("drop", "dropped_at")], ids=["done", "drop"]
)
def test_a_task_is_closed_once_and_can_be_opened_again(act, field, ana, api_of):
    url, client = f"{TASKS}/{TaskFactory(customer__csm=ana).pk}", api_of(ana)

    codes = [send(client, "post", f"{url}/{a}", {}).status_code for a in (act, act, "reopen")]

    assert codes == [200, 409, 200]
    assert client.get(url).json()[field] is None


def test_a_task_sleeps_until_a_day(ana, api_of):
    url = f"{TASKS}/{TaskFactory(customer__csm=ana).pk}"
    body = {"until": "2026-07-01", "reason": "on holiday"}

    asleep = send(api_of(ana), "post", f"{url}/snooze", body).json()

    assert (asleep["snoozed_until"], asleep["snooze_reason"]) == ("2026-07-01", "on holiday")
    assert api_of(ana).get(TASKS, {"is_open": "true"}).json()["results"][0]["id"] == asleep["id"]


def test_a_new_task_is_ones_own_unless_somebody_is_named(ana, api_of):
    body = {"customer": CustomerFactory(csm=ana).pk, "title": "Call", "due_on": "2026-06-20"}

    made = send(api_of(ana), "post", TASKS, body).json()

    assert (made["assignee"], Task.objects.get().title) == (ana.pk, "Call")


def test_a_touchpoint_moves_the_last_touch_and_its_removal_moves_it_back(ana, api_of):
    bakery, client = CustomerFactory(csm=ana), api_of(ana)
    TouchpointFactory(customer=bakery)
    body = {"customer": bakery.pk, "kind": "call", "happened_at": "2026-06-20T03:00:00Z"}

    made = send(client, "post", TOUCHPOINTS, body)
    moved = Customer.objects.get().last_touch_at
    client.delete(made["Location"])

    assert made.json()["author"] == ana.pk
    assert moved == datetime(2026, 6, 20, 3, tzinfo=UTC)
    assert Customer.objects.get().last_touch_at == NOON


def test_a_note_is_no_touch(ana, api_of):
    body = {"customer": CustomerFactory(csm=ana).pk, "kind": "note", "summary": "Read the news."}

    send(api_of(ana), "post", TOUCHPOINTS, body)

    assert Customer.objects.get().last_touch_at is None
