"""Real web processes on ports of their own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from config.embedded.servers import free_port


@contextlib.contextmanager
def started(application: str, **environment: str) -> Iterator[tuple[int, subprocess.Popen]]:
    """Port and master of a web server on the database of the tests; it ends with the block."""
    port = free_port()
    url = urlsplit(os.environ["DATABASE_URL"])
    env = os.environ | {
        "DATABASE_URL": url._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_POOL_SIZE": "4",
        **environment,
    }
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
               "-k", "gthread", "--workers", "1", "--threads", "4", "--preload",
               "--no-control-socket", "--log-level", "error"]  # fmt: skip
    master = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=env, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield port, master
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(master.pid, signal.SIGKILL)
        master.wait()


@contextlib.contextmanager
def serving(application: str, **environment: str) -> Iterator[int]:
    """The port of one that answers, and is patient with bodies for a second."""
    environment = {"BODY_TIMEOUT_SECONDS": "1", "ALLOWED_HOSTS": "*", **environment}
    with started(application, **environment) as (port, _master):
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
