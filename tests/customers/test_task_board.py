from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from customers.models import Task
from customers.views.task_board import MOST_CARDS
from tests.factories import DAY, CustomerFactory, TaskFactory

BOARD = reverse("customers:task_board")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(datetime(2026, 6, 15, 12, 0), tick=False):  # noqa: DTZ001  # any hour of the day
        yield


def columns(response) -> dict[str, list[Task]]:
    return {column.key: list(column.tasks) for column in response.context["columns"]}


def move(client, task: Task, due_on: str):
    address = reverse("customers:task_move", args=[task.pk])
    return client.post(address, {"next": BOARD, "due_on": due_on}, follow=True)


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_board_asks_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_num_queries
):
    for days in (-1, 0, 3, 30):
        TaskFactory.create_batch(how_many, assignee=lea, due_on=DAY + timedelta(days=days))
    TaskFactory.create_batch(how_many, assignee=lea, due_on=None)
    client = as_user(lea)

    with django_assert_num_queries(8):
        client.get(BOARD)


def test_cards_stand_in_the_column_of_their_day_the_urgent_on_top(as_user, ana):
    customer = CustomerFactory(csm=ana)
    due = {days: TaskFactory(customer=customer, assignee=ana, due_on=DAY + timedelta(days=days))
           for days in (-1, 0, 1, 7, 8)}  # fmt: skip
    without = TaskFactory(customer=customer, assignee=ana, due_on=None)
    urgent = TaskFactory(customer=customer, assignee=ana, due_on=DAY + timedelta(days=5),
                         priority=1)  # fmt: skip
    TaskFactory(customer=customer, assignee=ana, due_on=DAY, snoozed_until=DAY)
    TaskFactory(
        customer=customer, assignee=ana, due_on=DAY, done_at=datetime(2026, 6, 1).astimezone()
    )

    assert columns(as_user(ana).get(BOARD)) == {
        "overdue": [due[-1]], "today": [due[0]], "week": [urgent, due[1], due[7]],
        "later": [due[8]], "without": [without],
    }  # fmt: skip


def test_a_long_column_shows_its_first_cards_says_how_many_and_leads_to_the_list(as_user, ana):
    customer = CustomerFactory(csm=ana)
    TaskFactory.create_batch(MOST_CARDS + 3, customer=customer, assignee=ana, due_on=DAY)

    page = as_user(ana).get(BOARD)

    assert len(columns(page)["today"]) == MOST_CARDS
    assert f'<span class="pill">{MOST_CARDS + 3}</span>' in page.content.decode()
    assert b"All of them in the list" in page.content


def test_nobody_sees_cards_of_customers_that_are_not_hers(as_user, ana, ben):
    TaskFactory(customer=CustomerFactory(csm=ana), assignee=ana, due_on=DAY)

    assert not any(columns(as_user(ben).get(BOARD, {"scope": "everybody"})).values())


@pytest.mark.parametrize(("written", "due_on"), [("2026-07-01", date(2026, 7, 1)), ("", None)])
def test_a_card_is_moved_to_another_day_or_to_none(as_user, ana, written, due_on):
    task = TaskFactory(customer__csm=ana, due_on=DAY)

    move(as_user(ana), task, written)

    task.refresh_from_db()
    assert task.due_on == due_on


@pytest.mark.parametrize("written", ["tomorrow", "2026-02-30", "0", "9" * 400])
def test_what_is_no_day_moves_nothing_and_says_so(as_user, ana, written):
    task = TaskFactory(customer__csm=ana, due_on=DAY)

    page = move(as_user(ana), task, written)

    task.refresh_from_db()
    assert task.due_on == DAY
    assert b"This is not a day" in page.content


def test_a_task_somebody_has_closed_is_not_moved(as_user, ana):
    task = TaskFactory(customer__csm=ana, due_on=DAY)
    task.mark_done(by=ana)

    page = move(as_user(ana), task, "2026-07-01")

    task.refresh_from_db()
    assert task.due_on == DAY
    assert b"Somebody else changed this task meanwhile" in page.content
