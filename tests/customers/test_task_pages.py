from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from customers.models import Task
from tests.factories import DAY, CustomerFactory, TaskFactory

LIST = reverse("customers:task_list")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(datetime(2026, 6, 15, 12, 0), tick=False):  # noqa: DTZ001  # any hour of the day
        yield


def press(client, action: str, task: Task, **fields: object):
    address = reverse(f"customers:task_{action}", args=[task.pk])
    return client.post(address, {"next": LIST, **fields}, follow=True)


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_list_asks_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_num_queries
):
    TaskFactory.create_batch(how_many)
    client = as_user(lea)

    with django_assert_num_queries(3):
        client.get(LIST, {"scope": "team"})


def test_tasks_stand_under_the_day_they_are_due(as_user, ana):
    customer = CustomerFactory(csm=ana)
    for days in (-1, 0, 3, 30):
        TaskFactory(customer=customer, due_on=DAY + timedelta(days=days))
    TaskFactory(customer=customer, due_on=None)

    tasks = as_user(ana).get(LIST).context["tasks"]

    assert [task.group for task in tasks] == [
        "Overdue", "Today", "Next 7 days", "Later", "Without a day",
    ]  # fmt: skip


def test_a_task_is_done_once_and_may_be_opened_again(as_user, ana):
    task = TaskFactory(customer__csm=ana)
    client = as_user(ana)

    press(client, "done", task)
    second = press(client, "done", task)
    press(client, "reopen", task)

    assert b"Somebody else changed this task meanwhile" in second.content
    assert Task.objects.get(pk=task.pk).is_open


def test_a_snoozed_task_leaves_the_list_and_says_why(as_user, ana):
    task = TaskFactory(customer__csm=ana)
    client = as_user(ana)

    press(client, "snooze", task, until="2026-07-01", reason="on holiday")

    assert client.get(LIST).context["tasks"] == []
    assert b"on holiday" in client.get(LIST, {"state": "asleep"}).content


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"until": "2026-07-01"},
        {"until": "x", "reason": "a"},
        {"until": "2026-06-01", "reason": "a"},
    ],
)
def test_a_snooze_without_a_coming_day_and_a_reason_is_refused(as_user, ana, fields):
    task = TaskFactory(customer__csm=ana)

    response = press(as_user(ana), "snooze", task, **fields)

    assert b"give a day from today on, and a reason" in response.content
    assert Task.objects.get(pk=task.pk).snoozed_until is None


def test_a_dropped_task_is_closed(as_user, ana):
    task = TaskFactory(customer__csm=ana)

    press(as_user(ana), "drop", task)

    assert Task.objects.get(pk=task.pk).dropped_at is not None


def test_many_tasks_are_done_at_once_but_never_somebody_elses(as_user, ana, ben):
    mine, theirs = TaskFactory(customer__csm=ana), TaskFactory(customer__csm=ben)

    as_user(ana).post(reverse("customers:task_bulk_done"), {"task": [mine.pk, theirs.pk, "x"]})

    assert Task.objects.get(pk=mine.pk).done_by == ana
    assert Task.objects.get(pk=theirs.pk).is_open


def test_a_task_is_written_down_for_a_customer(as_user, ana):
    customer = CustomerFactory(csm=ana)
    address = f"{reverse('customers:task_new')}?customer={customer.pk}"

    as_user(ana).post(
        address, {"title": "Call", "type": "other", "priority": "2", "assignee": ana.pk}
    )

    assert customer.tasks.get().title == "Call"


def test_nobody_writes_tasks_for_a_customer_she_cannot_see(as_user, ana, ben):
    brewery = CustomerFactory(csm=ben)
    address = f"{reverse('customers:task_new')}?customer={brewery.pk}"

    assert as_user(ana).post(address, {"title": "Call"}).status_code == 404


def test_an_action_never_leads_to_another_site(as_user, ana):
    task = TaskFactory(customer__csm=ana)

    response = as_user(ana).post(
        reverse("customers:task_done", args=[task.pk]), {"next": "https://evil.example/"}
    )

    assert response["Location"] == LIST
