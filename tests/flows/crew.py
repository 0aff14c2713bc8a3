"""Real Celery workers on a Valkey of their own, against the database of the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from celery import Celery
from django.db import connection

from config.embedded.servers import Valkey

LONGEST_WAIT = 60


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
        time.sleep(0.02)
    return False


class Crew:
    """A broker, a worker with two processes, and a hand on the bell."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.valkey = Valkey(folder / "valkey")
        self.environment = environment
        self.worker: subprocess.Popen | None = None

    def start(self) -> None:
        self.valkey.start()
        self.start_worker()

    def start_worker(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "2", "-Q",
                   "default", "--without-gossip", "--without-mingle", "-l", "error"]  # fmt: skip
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.valkey.url,
        }
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                command, env=os.environ | ours | self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def ring(self, job: str) -> None:
        """As the clock does; a broker that is down cannot be rung."""
        try:
            with Celery(broker=f"{self.valkey.url}/0", set_as_current=False) as bell:
                bell.send_task(job, queue="default", retry=False)
        except Exception:  # noqa: S110  # kombu and redis both have their own errors
            pass

    def kill_a_child(self) -> None:
        listed = subprocess.run(
            ["ps", "--ppid", str(self.worker.pid), "-o", "pid="], capture_output=True, check=True
        )
        os.kill(int(listed.stdout.split()[0]), signal.SIGKILL)

    def kill_worker(self) -> None:
        """Parent and children at once, as when a machine dies."""
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def empty_broker(self) -> None:
        import redis

        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def kill_broker(self) -> None:
        self.valkey.process.kill()
        self.valkey.process.wait()
        self.valkey.start()

    def stop(self) -> None:
        if self.worker and self.worker.poll() is None:
            self.kill_worker()
        self.valkey.stop()
