"""Real Celery workers on a Valkey of their own, against the database of the test."""

import os
import signal
import subprocess
import time
import warnings
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg
import redis
from celery import Celery
from celery.platforms import set_pdeathsig
from django.conf import settings
from django.db import connection

from config.celery import app
from config.embedded.servers import Valkey
from metrics.models import LifeSign
from tests import processes

LONGEST_WAIT = 120


def database_url() -> str:
    of = connection.settings_dict
    person = f"{of['USER']}:{of['PASSWORD']}".strip(":")
    host = of["HOST"] or of["OPTIONS"].get("host", "127.0.0.1")
    if host.startswith("/"):
        return f"postgres://{person}@/{of['NAME']}?host={host}"
    return f"postgres://{person}@{host}:{of['PORT'] or 5432}/{of['NAME']}"


def wait_until(what: Callable[[], object], seconds: float = LONGEST_WAIT) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.05)
    return False


class Crew:
    """A broker, a worker with two processes, and a hand on the bell.

    The worker is a fork of the test: it is there at once, and has its settings and its database.
    """

    def __init__(
        self, folder: Path, careless: Callable[[], None] = lambda: None, **changed: object
    ) -> None:
        """`careless` takes a protection away, `changed` are settings; both only in the worker."""
        self.folder, self.careless = folder, careless
        self.valkey = Valkey(folder / "valkey")
        self.changed = changed
        self.worker: BaseProcess | None = None

    def start(self) -> None:
        self.valkey.start()
        self.start_worker()

    def start_worker(self) -> None:
        """Returns when it gives its first sign of life, and so takes jobs."""
        self.worker = processes.start(self._work)
        signs = LifeSign.objects.filter(pid=self.worker.pid)
        assert wait_until(lambda: signs.exists() or not self.worker.is_alive())
        assert self.worker.is_alive(), (self.folder / "worker.log").read_text()[-2000:]

    def _work(self) -> None:
        os.setsid()
        set_pdeathsig("SIGKILL")
        log = os.open(self.folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        for name, value in self.changed.items():
            setattr(settings, name, value)
        self.careless()
        settings.WORKER_SIGN_SECONDS = 0.5
        # Celery warns of root, and here a warning is an error.
        warnings.simplefilter("ignore")
        os.environ["CELERY_SKIP_CHECKS"] = "true"
        app._after_fork()
        app.conf.update(broker_url=f"{self.valkey.url}/0", task_always_eager=False)
        app.worker_main(["worker", "-c", "2", "-Q", "default,bulk", "--without-gossip",
                         "--without-mingle", "-l", "error"])  # fmt: skip

    def ring(self, job: str) -> None:
        """As the clock does; a broker that is down cannot be rung.

        Only when nobody is called already: each ring makes more jobs, and a busy machine would
        never be through with them.
        """
        try:
            with redis.Redis.from_url(self.valkey.url) as client:
                if client.llen("default"):
                    return
            with Celery(broker=f"{self.valkey.url}/0", set_as_current=False) as bell:
                bell.send_task(job, queue="default", retry=False)
        except Exception:  # noqa: S110  # kombu and redis both have their own errors
            pass

    def is_listening(self) -> bool:
        """A worker that answers has read what lay in the broker for it."""
        with Celery(broker=f"{self.valkey.url}/0", set_as_current=False) as bell:
            return bool(bell.control.ping(timeout=1))

    def kill_a_child(self) -> None:
        listed = subprocess.run(
            ["ps", "--ppid", str(self.worker.pid), "-o", "pid="], capture_output=True, check=True
        )
        os.kill(int(listed.stdout.split()[0]), signal.SIGKILL)

    def kill_worker(self) -> None:
        """Parent and children at once, as when a machine dies."""
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.join()

    def empty_broker(self) -> None:
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def kill_broker(self) -> None:
        self.valkey.process.kill()
        self.valkey.process.wait()
        self.valkey.start()

    def stop(self) -> None:
        if self.worker and self.worker.is_alive():
            self.kill_worker()
        # A crew of a whole module ends behind its last test, which has emptied the tables already.
        with psycopg.connect(database_url(), autocommit=True) as session:
            session.execute("DELETE FROM metrics_lifesign")
        self.valkey.stop()
