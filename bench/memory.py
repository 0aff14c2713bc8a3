"""Memory of the web server after use, and of a worker with two children after a night."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from accounts.permissions import Role
from bench import company
from bench.rows import Row
from bench.serving import wait_for
from config.embedded.processes import free_port, stop_process
from customers.models import Customer
from lib.days import today
from metrics import jobs
from metrics.models import Night
from metrics.nights import open_night

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
        [sys.executable, "-m", "gunicorn", "--config", "config/web_server.py", "--bind",
         f"127.0.0.1:{port}", "--workers", "1", "--log-level", "error",
         "config.wsgi:application"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_POOL_SIZE": "8"},
    )  # fmt: skip
    try:
        wait_for(port)
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
        day = _day_before_all_nights()
        open_night(day)
        jobs.begin_night.delay(day.isoformat())
        peak = 0.0
        for _half_second in range(240):
            time.sleep(0.5)
            peak = max(peak, proportional_megabytes(started.pid))
            if Night.objects.filter(day=day, state=Night.State.DONE).exists():
                return peak
        raise RuntimeError(f"the night of {day} does not end")
    finally:
        stop_process(started, signal.SIGTERM, 20)


def _day_before_all_nights() -> date:
    """A night that is made up late does the same work; it changes no snapshot."""
    first = Night.objects.order_by("day").values_list("day", flat=True).first() or today()
    return first - timedelta(days=1)


def _logged_in() -> str:
    address = "bench-memory@example.com"
    user = User.objects.filter(email=address).first() or User.objects.create_user(
        address, full_name="Memory", role=Role.LEAD
    )
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
