"""kill -9 of a real Celery worker and of Redis in the middle of a sending."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from config.embedded.servers import Valkey
from outreach.models import Message
from tests.factories import MessageFactory
from tests.outreach.smtp_server import Server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.live]
MAILS = 40


@pytest.fixture
def valkey(tmp_path):
    server = Valkey(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def celery_worker(valkey, post, tmp_path):
    """Starts a mail worker as `make run` does; what still runs at the end is killed."""
    started = []

    def start() -> subprocess.Popen:
        url = urlsplit(os.environ["DATABASE_URL"])
        database = url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        env = os.environ | {
            "DATABASE_URL": database, "REDIS_URL": valkey.url, "MAIL_LEASE_SECONDS": "2",
            "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
            "DJANGO_SETTINGS_MODULE": "config.settings", "CELERY_SKIP_CHECKS": "true",
        }  # fmt: skip
        words = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1", "-Q", "mail",
                 "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
        with (tmp_path / "worker.log").open("ab") as log:
            worker = subprocess.Popen(words, cwd=settings.BASE_DIR, env=env, stdout=log,
                                      stderr=log, start_new_session=True)  # fmt: skip
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill_group(worker)


def kill_group(worker: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def ring_until(valkey: Valkey, is_enough) -> None:
    """What beat does: ring, whether anybody hears it or not."""
    bell = Celery(broker=f"{valkey.url}/0", set_as_current=False)
    bell.conf.broker_transport_options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    deadline = time.monotonic() + 120
    while not is_enough() and time.monotonic() < deadline:
        with contextlib.suppress(RedisError, KombuError, OperationalError, OSError):
            bell.send_task("outreach.jobs.send_ready_messages", queue="mail", retry=False)
        for _look in range(10):
            if is_enough():
                break
            time.sleep(0.05)
    bell.close()


def slow(post: Server) -> None:
    def trouble(stage: str, _recipient: str) -> str:
        if stage == "end":
            time.sleep(0.03)
        return ""

    post.trouble = trouble


def test_a_dead_worker_and_a_dead_redis_lose_and_double_nothing(
    mailing, post, valkey, celery_worker
):
    MessageFactory.create_batch(MAILS, mailing=mailing)
    slow(post)
    first = celery_worker()
    ring_until(valkey, lambda: post.taken.total() >= 8)
    kill_group(first)
    celery_worker()
    ring_until(valkey, lambda: post.taken.total() >= 16)

    os.kill(int(Path(valkey.folder / "valkey.pid").read_text()), signal.SIGKILL)
    valkey.process.wait()
    valkey.start()
    unfinished = Message.objects.filter(state__in=["ready", "claimed", "handed"])
    ring_until(valkey, lambda: not unfinished.exists())

    states = Message.objects.counts_by_state()
    assert set(post.taken.values()) == {1}
    assert sum(states.values()) == MAILS
    assert set(states) <= {"sent", "unknown"}
    assert states.get("unknown", 0) <= 1
