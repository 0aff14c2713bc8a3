"""Memory of the web server after use, and of a worker with two children after a night."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from bench import company
from bench.rows import Row
from config.embedded.servers import free_port, stop_process
from customers.models import Customer
from lib.days import today
from metrics.models import Night

WEB_LIMIT_MB = 250
WORKER_LIMIT_MB = 400
REQUESTS = 200


def proportional_megabytes(pid: int) -> float:
    """What a process and its children really take: shared pages are divided among them."""
    total = 0
    for process in [pid, *_children(pid)]:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def web(cookie: str) -> float:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi:application", "-b", f"127.0.0.1:{port}",
         "-k", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "error"],
        env=os.environ | {"DATABASE_POOL_SIZE": "8"},
    )  # fmt: skip
    try:
        time.sleep(4)
        customer = Customer.objects.values_list("pk", flat=True).first()
        paths = ["/", "/customers/", f"/customers/{customer}/", "/tasks/", "/overview/"]
        for number in range(REQUESTS):
            address = f"http://127.0.0.1:{port}{paths[number % len(paths)]}"
            request = urllib.request.Request(
                address, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
            )
            urllib.request.urlopen(request, timeout=30).read()
        # gunicorn's master only watches; the process that serves is its child.
        return max(proportional_megabytes(child) for child in _children(server.pid))
    finally:
        stop_process(server, signal.SIGTERM, 10)


def worker() -> float:
    started = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-Q", "default,mail",
         "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "error"],
    )  # fmt: skip
    try:
        from metrics.jobs import close_one_day

        day = today() - timedelta(days=2)
        close_one_day.delay(day.isoformat())
        peak = 0.0
        for _second in range(120):
            time.sleep(0.5)
            peak = max(peak, proportional_megabytes(started.pid))
            if Night.objects.filter(day=day, state=Night.State.DONE).exists():
                break
        return peak
    finally:
        stop_process(started, signal.SIGTERM, 20)


def _logged_in() -> str:
    user = User.objects.create_user("bench-memory@example.com", full_name="Memory", role="lead")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def run(scale: float) -> list[Row]:
    company.build(scale)
    night = worker()
    return [
        Row("memory: web process after 200 pages", web(_logged_in()), WEB_LIMIT_MB, "MB", 1),
        Row("memory: worker with two children during a night", night, WORKER_LIMIT_MB, "MB", 1),
    ]
