"""Real web processes on ports of their own: forks of the test, which are there at once."""

import contextlib
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from typing import Any

from celery.platforms import set_pdeathsig
from django.conf import settings

from config.celery import app
from config.embedded.servers import free_port
from config.wsgi import application as ours
from tests import processes
from tests.flows.web import Gunicorn


class Server(Gunicorn):
    """Gunicorn's master; the process that answers is its child."""

    def __init__(self, port: int, application: Callable[..., Any]) -> None:
        self.application = application
        super().__init__(port)

    def load_config(self) -> None:
        super().load_config()
        self.cfg.set("threads", 4)

    def load(self):
        return self.application


@contextlib.contextmanager
def started(
    application: Callable[..., Any] = ours, **changed: object
) -> Iterator[tuple[int, BaseProcess]]:
    """Port and master of a web server with changed settings; it ends with the block."""
    port = free_port()

    def serve() -> None:
        os.setsid()
        set_pdeathsig("SIGKILL")
        for name, value in changed.items():
            setattr(settings, name, value)
        app._after_fork()
        # Nobody hears a bell.
        app.conf.update(broker_url=f"redis://127.0.0.1:{free_port()}/0", task_always_eager=False)
        Server(port, application).run()

    master = processes.start(serve)
    try:
        yield port, master
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(master.pid, signal.SIGKILL)
        master.join()


@contextlib.contextmanager
def serving(application: Callable[..., Any] = ours, **changed: object) -> Iterator[int]:
    """The port of one that answers, and is patient with bodies for a second."""
    changed = {"BODY_TIMEOUT_SECONDS": 1, "ALLOWED_HOSTS": ["*"], **changed}
    with started(application, **changed) as (port, _master):
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                break
        yield port


def answers(port: int, *parts: bytes, hang_up: bool = True, patience: float = 20.0) -> list[int]:
    """The statuses that come back for these bytes, until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as client:
        for part in parts:
            client.sendall(part)
        if hang_up:
            client.shutdown(socket.SHUT_WR)
        received = b""
        while not received or hang_up:
            block = client.recv(65_536)
            if not block:
                break
            received += block
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", received)]
