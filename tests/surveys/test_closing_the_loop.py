"""A detractor becomes one task, and stays one."""

from datetime import date

import pytest
import time_machine

from customers.models import Task
from lib.days import next_working_day
from surveys.answering import accept
from surveys.models import Response
from tests.factories import InvitationFactory


def test_a_detractor_becomes_a_task_for_the_csm_on_the_next_working_day(ana, press):
    invitation = InvitationFactory(contact__customer__csm=ana)

    with time_machine.travel("2026-11-20T03:00Z", tick=False):  # a Friday
        press(invitation, score="2", comment="Too <b>slow</b>")

    task = Task.objects.get()
    assert (task.assignee, task.customer) == (ana, invitation.customer)
    assert task.due_on == date(2026, 11, 23)
    assert task.note == "Too <b>slow</b>"
    assert "answered with 2" in task.title
    assert Response.objects.get().task == task


@pytest.mark.parametrize("score", ["7", "8", "9", "10"])
def test_nobody_else_becomes_a_task(invitation, press, score):
    press(invitation, score=score)

    assert not Task.objects.exists()


def test_a_changed_answer_keeps_one_task_and_tells_it_the_new_words(invitation, press):
    press(invitation, score="2", comment="bad")
    press(invitation, score="5", comment="less bad")

    task = Task.objects.get()
    assert (task.note, task.reason_details) == ("less bad", {"score": 5, "highest": 10})


def test_a_done_task_is_not_opened_again_by_an_edit(invitation, press, ana):
    press(invitation, score="2", comment="bad")
    Task.objects.get().mark_done(by=ana)

    press(invitation, score="1", comment="worse")

    assert Task.objects.get().note == "bad"


def test_what_looks_like_a_machine_makes_no_task_until_a_person_accepts_it(invitation):
    response = Response.objects.create(
        invitation=invitation, survey=invitation.wave.survey, contact=invitation.contact,
        customer=invitation.customer, score=0, grade="suspect",
    )  # fmt: skip

    assert accept(response)
    assert Task.objects.count() == 1
    assert not accept(response)


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 11, 19), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 23)),
        (date(2026, 11, 21), date(2026, 11, 23)),
        (date(2026, 11, 22), date(2026, 11, 23)),
    ],
)
def test_the_next_working_day_is_never_at_a_weekend(day, following):
    assert next_working_day(day) == following
