"""Real web processes on ports of their own."""

import contextlib
import os
import signal
import subprocess
import sys
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
