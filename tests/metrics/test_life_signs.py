"""Workers show that they take jobs; the Nights page and the readiness check say who does."""

import os
import re
import signal
import socket
import subprocess
from datetime import timedelta
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F
from django.test import Client
from django.urls import reverse

from config import worker_probe
from config.life_signs import WorkerSigns
from metrics.life_signs import MISSED, give_sign, take_leave, who_is_at_work
from metrics.models import LifeSign

pytestmark = pytest.mark.django_db
EVERY = ["bulk", "default", "mail", "reports"]


@pytest.fixture
def nights(as_user, lea):
    def page() -> str:
        return as_user(lea).get(reverse("metrics:night_list")).content.decode()

    return page


def the_clock_rings() -> None:
    give_sign("beat@here", 9, queues=[], is_clock=True)


def fall_silent(name: str) -> None:
    LifeSign.objects.filter(name=name).update(seen_at=F("seen_at") - timedelta(minutes=2))


def test_the_page_says_how_many_workers_answer_and_when_the_last_did(nights):
    the_clock_rings()
    for pid in (1, 2, 2):
        give_sign("celery@here", pid, queues=EVERY)
    give_sign("celery@gone", 3, queues=EVERY)
    fall_silent("celery@gone")

    page = nights()

    assert re.search(r"Workers answering: 2, last sign \d s ago\.", page)
    assert "alert-" not in page


def test_silence_and_a_queue_that_nobody_serves_are_warnings(nights):
    never = nights()
    give_sign("celery@here", 1, queues=["default"])
    half = nights()
    fall_silent("celery@here")
    silent = nights()

    assert "No worker answers. Nothing is closed, imported or sent" in never
    assert "No worker takes jobs of these queues: bulk, mail, reports." in half
    assert "The clock does not ring" in half
    assert "No worker answers; the last sign came 12" in silent


def test_the_readiness_check_tells_but_does_not_fail():
    alone = Client().get("/health/ready/")
    the_clock_rings()
    give_sign("celery@here", 1, queues=EVERY)
    together = Client().get("/health/ready/")

    assert (alone.status_code, together.status_code) == (200, 200)
    assert alone.json() == {"ready": True, "redis": True, "workers": 0, "clock_rings": False,
                            "queues_without_a_worker": EVERY}  # fmt: skip
    assert together.json() == {"ready": True, "redis": True, "workers": 1, "clock_rings": True,
                               "queues_without_a_worker": []}  # fmt: skip


def test_who_ends_in_peace_is_forgotten_at_once_and_who_was_killed_after_a_day():
    give_sign("celery@here", 1, queues=EVERY)
    give_sign("celery@here", 2, queues=EVERY)
    take_leave("celery@here", 1)
    LifeSign.objects.update(seen_at=F("seen_at") - timedelta(days=2))
    give_sign("celery@here", 3, queues=EVERY)

    assert list(LifeSign.objects.values_list("pid", flat=True)) == [3]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lets_jobs_wait_gives_no_sign_until_it_takes_one():
    broker = settings.CACHES["default"]["LOCATION"]
    conf, amqp = SimpleNamespace(broker_url=broker), SimpleNamespace(queues=SimpleNamespace())
    amqp.queues.consume_from = dict.fromkeys(EVERY)
    worker = SimpleNamespace(hostname="celery@here", app=SimpleNamespace(conf=conf, amqp=amqp))
    signs = WorkerSigns(worker)

    with redis.Redis.from_url(broker) as client:
        client.rpush("mail", "a job nobody takes")
        for _look in range(MISSED):
            LifeSign.objects.all().delete()
            signs.look(worker)
        assert who_is_at_work().workers == 0
        client.delete("mail")
    signs.look(worker)

    assert who_is_at_work().workers == 1


@pytest.mark.django_db(transaction=True)
def test_the_check_of_the_container_kills_a_stopped_worker_and_no_other(monkeypatch):
    monkeypatch.setattr(worker_probe, "WORKER_SIGN_SECONDS", 0.3)
    name, worker = f"celery@{socket.gethostname()}", subprocess.Popen(["sleep", "60"])
    give_sign(name, worker.pid, queues=EVERY)
    # As on a machine that is slow to ask.
    LifeSign.objects.update(seen_at=F("seen_at") + timedelta(minutes=5))
    well = worker_probe.main()
    os.kill(worker.pid, signal.SIGSTOP)
    LifeSign.objects.update(seen_at=F("seen_at") - timedelta(minutes=10))

    assert (well, worker.poll()) == (0, None)
    assert worker_probe.main() == 1
    assert worker.wait(10) == -signal.SIGKILL


def test_a_server_whose_database_does_not_answer_is_not_ready_and_says_so():
    def no_answer(*_query):
        raise OperationalError

    with connection.execute_wrapper(no_answer):
        answer = Client().get("/health/ready/")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": False}
