"""A worker that lives on but takes no jobs: it is missed, killed and started again."""

import os
import signal
import socket
import subprocess
from datetime import timedelta

import pytest
from django.db.models import F

from config import worker_probe
from config.embedded.servers import Valkey
from config.embedded.supervisor import Child, Installation
from metrics.life_signs import give_sign, who_is_at_work
from metrics.models import LifeSign
from tests.flows.crew import database_url, wait_until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
EVERY = 0.3


@pytest.fixture
def installation(tmp_path, settings, monkeypatch):
    """The supervisor of `make run` with nothing but a worker to look after."""
    settings.WORKER_SIGN_SECONDS = EVERY
    monkeypatch.setattr("config.embedded.supervisor.RESTART_PAUSE", 0)
    valkey = Valkey(tmp_path / "valkey")
    valkey.start()
    installation = Installation(tmp_path, env=os.environ | {
        "DATABASE_URL": database_url(), "REDIS_URL": valkey.url, "EMAIL_URL": "smtp://127.0.0.1:9",
        "DJANGO_SETTINGS_MODULE": "config.settings", "WORKER_SIGN_SECONDS": str(EVERY),
    })  # fmt: skip
    installation.plan_children()
    installation.children = [child for child in installation.children if child.name == "worker"]
    yield installation
    for child in installation.children:
        child.kill()
    valkey.stop()


def gave_a_sign(child: Child) -> bool:
    return LifeSign.objects.filter(pid=child.process.pid).exists()


def test_a_stopped_worker_is_started_again_and_without_an_ear_it_would_not(installation):
    (worker,) = installation.children
    worker.start(installation.logs)
    assert wait_until(lambda: gave_a_sign(worker))
    first, ear, worker.ear = worker.process.pid, worker.ear, None

    os.kill(first, signal.SIGSTOP)
    assert wait_until(lambda: who_is_at_work().workers == 0)

    # The negative twin: a supervisor that only asks whether it lives leaves it as it is.
    assert not wait_until(lambda: (installation.bring_back(), worker.process.pid != first)[1], 3)
    worker.ear = ear
    assert wait_until(lambda: (installation.bring_back(), worker.process.pid != first)[1])
    assert wait_until(lambda: gave_a_sign(worker))
    assert who_is_at_work().workers == 1
    assert LifeSign.objects.get(pid=worker.process.pid).name == f"celery@{socket.gethostname()}"


def test_the_check_of_the_container_kills_a_stopped_worker_and_no_other(monkeypatch):
    monkeypatch.setattr(worker_probe, "WORKER_SIGN_SECONDS", EVERY)
    name, worker = f"celery@{socket.gethostname()}", subprocess.Popen(["sleep", "60"])
    give_sign(name, worker.pid, queues=["mail"])
    well = worker_probe.main()
    os.kill(worker.pid, signal.SIGSTOP)
    LifeSign.objects.update(seen_at=F("seen_at") - timedelta(minutes=1))

    assert (well, worker.poll()) == (0, None)
    assert worker_probe.main() == 1
    assert worker.wait(10) == -signal.SIGKILL
