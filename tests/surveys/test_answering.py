"""Many presses at once are one answer (SV5, ML8), and what a machine looks like."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from outreach import hits
from surveys.answering import Answer, Outcome, looks_like_a_machine, record_answer
from surveys.models import Response, ResponseRevision
from surveys.nonces import Nonce
from tests.factories import InvitationFactory
from tests.surveys.conftest import link_of, nonce_on

NOW = timezone.now()
THREADS = 10


def answer(nonce: str = "n", score: int = 9, comment: str = "", age: float = 30) -> Answer:
    return Answer(score, comment, "en", Nonce(nonce, age))


def at_once(work) -> Counter:
    """Every thread does its work at the same moment; what came out how often."""
    results, start = Counter(), threading.Barrier(THREADS)

    def one(number: int) -> None:
        start.wait()
        try:
            results.update([work(number)])
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_a_hundred_presses_with_one_token_are_one_answer():
    invitation = InvitationFactory()
    link = link_of(invitation)
    nonce = nonce_on(Client().get(link).content.decode())

    def press_ten_times(number: int) -> int:
        statuses = [
            Client().post(link, {"nonce": nonce, "score": str(number)}).status_code
            for _n in range(10)
        ]
        return max(statuses)

    statuses = at_once(press_ten_times)

    assert set(statuses) <= {303, 429}
    assert Response.objects.count() == 1
    assert ResponseRevision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_forms_are_one_answer_and_its_revisions():
    invitation = InvitationFactory()

    outcomes = at_once(
        lambda n: record_answer(invitation.pk, answer(f"nonce {n}", score=n), now=NOW)
    )

    assert outcomes == {Outcome.RECORDED: 1, Outcome.CHANGED: THREADS - 1}
    response = Response.objects.get()
    assert response.revisions.count() == THREADS
    assert response.score == response.revisions.order_by("-pk")[0].score


@pytest.mark.django_db(transaction=True)
def test_the_twin_that_looks_first_and_inserts_then_fails():
    """Without the lock only the constraint is left, and people would see an error."""
    invitation = InvitationFactory()
    looked = threading.Barrier(THREADS)

    def check_then_insert(_number: int) -> str:
        is_there = Response.objects.filter(invitation=invitation).exists()
        looked.wait()
        try:
            if not is_there:
                Response.objects.create(
                    invitation=invitation, survey=invitation.wave.survey,
                    customer=invitation.customer, score=9,
                )  # fmt: skip
        except IntegrityError:
            return "error"
        return "stored"

    assert at_once(check_then_insert) == {"stored": 1, "error": THREADS - 1}


@pytest.fixture
def scanned(invitation):
    """All eleven links were opened right after the mail had left."""
    invitation.message.hit_scores = 0b111_1111_1111
    invitation.message.handed_at = NOW - timedelta(seconds=60)
    return invitation.message


def test_a_press_with_every_sign_of_a_machine_looks_like_one(scanned):
    assert looks_like_a_machine(scanned, answer(age=0.5), NOW)


@pytest.mark.parametrize(
    ("said", "later"),
    [
        (answer(age=2.5), 0),
        (answer(age=0.5, comment="I am a person"), 0),
        (answer(age=0.5), 200),
    ],
)
def test_one_sign_less_is_a_person(scanned, said, later):
    assert not looks_like_a_machine(scanned, said, NOW + timedelta(seconds=later))


def test_one_link_opened_is_a_person(invitation):
    hits.note(invitation.message.pk, 9)
    invitation.message.handed_at = NOW

    assert not looks_like_a_machine(invitation.message, answer(age=0.5), NOW)


def test_a_suspect_answer_is_confirmed_by_a_later_press(invitation):
    Response.objects.create(
        invitation=invitation, survey=invitation.wave.survey, customer=invitation.customer,
        score=0, grade="suspect",
    )  # fmt: skip

    record_answer(invitation.pk, answer("later", score=8), now=timezone.now())

    assert Response.objects.get().grade == "confirmed"
