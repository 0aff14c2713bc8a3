"""How long the server needs for the pages that are open all day: middleware, queries, template.

A lead sees all customers, which is the dearest case; a CSM's own Today is measured too. The promise
is absolute; an empty view is measured in the same run and printed, so that a slow machine shows.
Beside each figure stands what of it was this process at work and what was waiting for the database:
others who use the processors lengthen the figure more than these two. `work` is what the processors
did for the page, in this process and in the database's: waiting for a free processor is not in it.
"""

import contextlib
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from bench.company import build
from bench.rows import Row, percentile
from config.web_server import post_worker_init
from customers.models import Customer
from lib.days import today
from lib.paging import PAGE_SIZE
from metrics.daily import close_day
from metrics.models import CompanyDay, Snapshot

PROMISED_MS = 100
ROUNDS = 40
WARM_UP = 3


@dataclass
class Watch:
    """Milliseconds of each answer: in all, of this process, and of waiting for the database."""

    server: int
    whole: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)

    def time(self, act: Callable[[], object]) -> None:
        self.sql.append(0)
        with connection.execute_wrapper(self._query):
            served = self._served()
            started, worked = time.perf_counter(), time.process_time()
            act()
            self.python.append(1000 * (time.process_time() - worked))
            self.whole.append(1000 * (time.perf_counter() - started))
            self.work.append(self.python[-1] + self._served() - served)

    def _served(self) -> float:
        """Milliseconds the processors spent for our connection; 0 for a database elsewhere."""
        with contextlib.suppress(OSError):
            return int(Path(f"/proc/{self.server}/schedstat").read_text().split()[0]) / 1e6
        return 0.0

    def _query(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.sql[-1] += 1000 * (time.perf_counter() - started)


def run(scale: float) -> list[Row]:
    logging.disable(logging.INFO)  # a line for each request would drown the table
    post_worker_init(None)  # the garbage collector as it is in the process that serves pages
    count = build(scale)
    yesterday = today() - timedelta(days=1)
    if not CompanyDay.objects.filter(day=yesterday).exists():
        close_day(yesterday)
    with connection.cursor() as cursor:
        # A night writes every snapshot anew; PostgreSQL clears up after it within a minute or two.
        cursor.execute("VACUUM ANALYZE metrics_snapshot")
    lead, csm = _client(_lead()), _client(User.objects.get(email="bench7@example.com"))
    empty = percentile(_watched(lead, lambda _n: "/health/live/").whole, 0.95)
    print(f"pages: an empty view takes {empty:.1f} ms (p95)", file=sys.stderr)
    last = min(500, max(1, count // PAGE_SIZE - 1))
    first_page = reverse("customers:today")
    return [
        *[_row(f"Customers, {name}", lead, address) for name, address in _lists(last).items()],
        _row("Customers of a CSM, searched", csm, _address(q="bench 7")),
        _row("Customer", lead, _customer()),
        _row("Today of a lead", lead, lambda _n: first_page),
        _row("Today of a CSM", csm, lambda _n: first_page),
    ]


def _lists(last: int) -> dict[str, Callable[[int], str]]:
    """What people ask of the Customers page; `last` is the number of a page far behind."""
    return {
        "sorted by health, page 1": _address(),
        f"sorted by health, page {last}": _address(page=last),
        f"sorted by ARR, page {last}": _address(sort="-arr", page=last),
        f"sorted by last touch, page {last}": _address(sort="touch", page=last),
        f"sorted by name, page {last}": _address(sort="name", page=last),
        "of a segment and touch": _address(segment="SMB", touch="tech"),
        f"of a segment, page {last}": _address(segment="SMB", page=last),
        "in the red, by renewal": _address(band="red", sort="renewal"),
        "searched by name": lambda n: _address(q=f"bench {n}7")(n),
        "searched in vain": _address(q="nobody"),
    }


def _address(**asked: Any) -> Callable[[int], str]:
    listing = reverse("customers:customer_list", query=asked)
    return lambda _n: listing


def _customer() -> Callable[[int], str]:
    ids = list(Snapshot.objects.order_by("health_score").values_list("pk", flat=True)[:ROUNDS])
    return lambda n: Customer(pk=ids[n % len(ids)]).get_absolute_url()


def _row(name: str, client: Client, address: Callable[[int], str]) -> Row:
    watch = _watched(client, address)
    times = (watch.whole, watch.python, watch.sql, watch.work)
    whole, python, sql, work = (percentile(t, 0.95) for t in times)
    note = f"Python {python:.0f}, SQL {sql:.0f}, work {work:.0f}"
    return Row(f"{name} (p95)", whole, PROMISED_MS, "ms", 1, note=note)


def _watched(client: Client, address: Callable[[int], str]) -> Watch:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = int(cursor.fetchone()[0])
    watch = Watch(server)
    for n in range(ROUNDS + WARM_UP):
        if n == WARM_UP:
            watch = Watch(server)
        watch.time(lambda n=n: _open(client, address(n)))  # type: ignore[misc]
    return watch


def _open(client: Client, address: str) -> None:
    answer = client.get(address, follow=True)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _client(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _lead() -> User:
    found = User.objects.filter(email="benchlead@example.com").first()
    return found or User.objects.create_user(
        "benchlead@example.com", full_name="Bench Lead", role=Role.LEAD
    )
