"""kill -9 of mail workers: nothing doubled, nothing lost, the states add up (ML1, ML2)."""

import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from outreach.models import ContactTouch, Mailing, Message
from outreach.sending import reap, send_ready
from tests import processes
from tests.factories import MessageFactory
from tests.flows.crew import wait_until
from tests.outreach import workers
from tests.outreach.smtp_server import Server, sometimes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.live]
SEED = 20261121
FINAL = {"sent", "unknown", "failed"}


@pytest.fixture(autouse=True)
def _short_lease(settings):
    settings.MAIL_LEASE_SECONDS = 1


def is_over() -> bool:
    return not Message.objects.filter(state__in=["ready", "claimed", "handed"]).exists()


def kill_at_the_worst_moment(post: Server, way: Callable[[], None]) -> None:
    """After the third mail was taken and before the worker hears of it; then a new worker comes."""
    victims = [workers.start(way)]

    def trouble(stage: str, _recipient: str) -> str:
        if stage == "end" and post.taken.total() == 3 and victims:
            processes.kill(victims.pop())
        return ""

    post.trouble = trouble
    assert wait_until(lambda: not victims)
    heir = workers.start(way)
    assert wait_until(is_over)
    processes.kill(heir)


def test_a_worker_killed_after_the_dot_leaves_one_unknown_and_no_double(mailing, post):
    MessageFactory.create_batch(10, mailing=mailing)

    kill_at_the_worst_moment(post, workers.our_way)

    states = Message.objects.filter(mailing=mailing).counts_by_state()
    assert set(post.taken.values()) == {1}
    assert states == {"sent": 9, "unknown": 1}
    assert ContactTouch.objects.count() == 10


def test_the_twin_that_marks_after_sending_does_send_twice(mailing, post):
    MessageFactory.create_batch(10, mailing=mailing)

    kill_at_the_worst_moment(post, workers.mark_after_sending)

    assert max(post.taken.values()) == 2


def test_two_workers_of_the_twin_send_twice_and_two_of_ours_do_not(mailing, post):
    doubles = {}
    for way in (workers.mark_after_sending, workers.our_way):
        post.taken.clear()
        ContactTouch.objects.all().delete()
        Message.objects.all().delete()
        MessageFactory.create_batch(12, mailing=mailing)
        door = processes.FORK.Barrier(2)
        pair = [workers.start(partial(way, door.wait)) for _n in range(2)]
        assert wait_until(is_over)
        for worker in pair:
            processes.kill(worker)
        doubles[way.__name__] = max(post.taken.values())

    assert doubles == {"mark_after_sending": 2, "our_way": 1}


def test_random_kills_under_a_server_that_fails_everywhere(mailing, post):
    """A fifth of all stages fails, and workers die all the time; the mailing still ends."""
    dice = random.Random(SEED)
    MessageFactory.create_batch(30, mailing=mailing)
    post.trouble = sometimes(0.2, SEED)

    for _kill in range(8):
        worker = workers.start(workers.our_way)
        time.sleep(dice.uniform(0.05, 0.35))
        processes.kill(worker)
        make_due()
    finish()

    states = Message.objects.filter(mailing=mailing).counts_by_state()
    assert sum(states.values()) == 30
    assert set(states) <= FINAL
    assert Counter(post.taken.values()).keys() <= {1}
    sent = Message.objects.filter(state="sent").values_list("email", flat=True)
    assert all(post.taken[email] == 1 for email in sent)
    lost = Message.objects.exclude(email__in=post.taken).values_list("state", flat=True)
    assert set(lost) <= {"unknown", "failed"}


def make_due() -> None:
    """Nobody waits for the pauses of a real day; a breaker is pressed back by a person."""
    Message.objects.filter(state="ready").update(due_at=timezone.now())
    Mailing.objects.filter(state="paused").update(state="running", failures_in_row=0)


def finish() -> None:
    def go_on() -> bool:
        make_due()
        reap()
        send_ready(turn_seconds=5)
        return is_over()

    assert wait_until(go_on)
