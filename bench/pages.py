"""How long the server needs for the pages that are open all day: middleware, queries, template.

A lead sees all customers, which is the dearest case; a CSM's own Today is measured too. The promise
is absolute; an empty view is measured in the same run and printed, so that a slow machine shows.
"""

import logging
import sys
from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from bench.company import build
from bench.rows import Row, percentile, seconds_of
from customers.models import Customer
from lib.days import today
from lib.paging import PAGE_SIZE
from metrics.daily import close_day
from metrics.models import CompanyDay, Snapshot

PROMISED_MS = 100
ROUNDS = 40
WARM_UP = 3


def run(scale: float) -> list[Row]:
    logging.disable(logging.INFO)  # a line for each request would drown the table
    count = build(scale)
    yesterday = today() - timedelta(days=1)
    if not CompanyDay.objects.filter(day=yesterday).exists():
        close_day(yesterday)
    lead, csm = _client(_lead()), _client(User.objects.get(email="bench7@example.com"))
    listing, first_page = reverse("customers:customer_list"), reverse("customers:today")
    last = min(500, max(1, count // PAGE_SIZE - 1))
    ids = list(Snapshot.objects.order_by("health_score").values_list("pk", flat=True)[:ROUNDS])
    print(f"pages: an empty view takes {_p95(lead, lambda _n: '/health/live'):.1f} ms (p95)",
          file=sys.stderr)  # fmt: skip
    return [
        _row("Customers, sorted by health, page 1", lead, lambda _n: listing),
        _row(f"Customers, sorted by health, page {last}", lead,
             lambda _n: f"{listing}?page={last}"),
        _row("Customers, filtered by segment and touch", lead,
             lambda _n: f"{listing}?segment=SMB&touch=tech"),
        _row("Customers, searched by name", lead, lambda n: f"{listing}?q=bench+{n}7"),
        _row("Customer", lead, lambda n: Customer(pk=ids[n % len(ids)]).get_absolute_url()),
        _row("Today of a lead", lead, lambda _n: first_page),
        _row("Today of a CSM", csm, lambda _n: first_page),
    ]  # fmt: skip


def _row(name: str, client: Client, address: Callable[[int], str]) -> Row:
    return Row(f"{name} (p95)", _p95(client, address), PROMISED_MS, "ms", 1)


def _p95(client: Client, address: Callable[[int], str]) -> float:
    """Milliseconds that 95 % of the answers do not exceed."""
    times = [seconds_of(lambda n=n: _open(client, address(n))) for n in range(ROUNDS + WARM_UP)]
    return 1000 * percentile(times[WARM_UP:], 0.95)


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
