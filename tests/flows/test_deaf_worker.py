"""A worker that lives on but takes no jobs: it is missed, killed and started again."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from config.embedded.servers import Valkey
from config.embedded.supervisor import Child, Installation
from metrics.life_signs import who_is_at_work
from metrics.models import LifeSign
from tests.flows.crew import database_url, wait_until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
EVERY = 0.3


@pytest.fixture(scope="module")
def installation(django_db_setup, tmp_path_factory) -> Iterator[Installation]:
    """The supervisor of `make run` with Redis and a worker to look after."""
    folder = tmp_path_factory.mktemp("installation")
    installation = Installation(folder, env=dict(os.environ), valkey=Valkey(folder / "valkey"))
    installation.valkey.start()
    installation.env |= {
        "DATABASE_URL": database_url(), "REDIS_URL": installation.valkey.url,
        "DJANGO_SETTINGS_MODULE": "config.settings", "WORKER_SIGN_SECONDS": str(EVERY),
        "CELERY_SKIP_CHECKS": "true",
    }  # fmt: skip
    installation.plan_children()
    installation.children = [child for child in installation.children if child.name == "worker"]
    installation.children[0].start(installation.logs)
    yield installation
    installation.children[0].kill()
    installation.valkey.stop()
    with psycopg.connect(database_url(), autocommit=True) as session:
        session.execute("DELETE FROM metrics_lifesign")


@pytest.fixture
def worker(installation, settings, monkeypatch) -> Child:
    settings.WORKER_SIGN_SECONDS = EVERY
    monkeypatch.setattr("config.embedded.supervisor.RESTART_PAUSE", 0)
    (worker,) = installation.children
    assert wait_until(lambda: signed_since(worker, timezone.now() - timedelta(days=1)))
    return worker


def signed_since(worker: Child, moment) -> bool:
    return LifeSign.objects.filter(pid=worker.process.pid, seen_at__gt=moment).exists()


def is_replaced(installation: Installation, pid: int, seconds: float = 60) -> bool:
    """Whether the supervisor, who looks again and again, starts another."""

    def look() -> bool:
        installation.bring_back()
        return installation.children[0].process.pid != pid

    return wait_until(look, seconds)


def test_a_worker_without_redis_is_not_blamed_and_signs_again_when_it_is_back(installation, worker):
    pid, ours, installation.valkey = worker.process.pid, installation.valkey, None
    ours.process.kill()
    ours.process.wait()
    assert wait_until(lambda: who_is_at_work().workers == 0)

    assert not is_replaced(installation, pid, seconds=3)
    ours.start()
    installation.valkey, back_at = ours, timezone.now()

    assert wait_until(lambda: signed_since(worker, back_at))
    assert worker.process.pid == pid


def test_a_stopped_worker_is_started_again_and_without_an_ear_it_would_not(installation, worker):
    first, ear, worker.ear = worker.process.pid, worker.ear, None

    os.kill(first, signal.SIGSTOP)
    assert wait_until(lambda: who_is_at_work().workers == 0)

    # The negative twin: a supervisor that only asks whether it lives leaves it as it is.
    assert not is_replaced(installation, first, seconds=3)
    worker.ear = ear
    assert is_replaced(installation, first)
    assert wait_until(lambda: signed_since(worker, timezone.now() - timedelta(days=1)))
    assert who_is_at_work().workers == 1
