"""Events through HTTP into the table, beside COPY into a stage and one INSERT of the same rows.

One web process with threads, clients that keep their connections, batches of 500.
"""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from django.db import connection, transaction

from accounts.models import ApiKey, User
from accounts.permissions import Role
from bench.rows import Row, seconds_of
from bench.serving import wait_for
from config.embedded.processes import free_port
from customers.ingest import NewEvent, event_id_of
from customers.ingest.storing import COLUMNS, STAGED, copy_line
from customers.models import Customer, UsageEvent

BATCH = 500
BATCHES = 120
CLIENTS = 4
COMPANIES = 1_000
MAKE_STAGE = """
CREATE TEMPORARY TABLE bench_stage (LIKE customers_usageevent, digest integer) ON COMMIT DELETE ROWS
"""
INSERT = f"""
INSERT INTO customers_usageevent ({COLUMNS}) SELECT {COLUMNS} FROM bench_stage
ON CONFLICT DO NOTHING
"""


def run(scale: float) -> list[Row]:
    batches = max(20, round(BATCHES * scale))
    key, text = _source()
    companies = _companies()
    started = datetime.now(UTC)
    forms = [_sent(n, text, started) for n in range(batches)]
    rows = [_rows(n, key.pk + 1, companies, started) for n in range(batches)]
    try:
        through_http = batches * BATCH / _send_all(forms)
        by_copy = batches * BATCH / seconds_of(lambda: _copy_all(rows))
        stored = UsageEvent.objects.filter(source_id=key.pk).count()
    finally:
        UsageEvent.objects.filter(source_id__in=[key.pk, key.pk + 1]).delete()
    if stored != batches * BATCH:
        raise AssertionError(f"{stored} of {batches * BATCH} events were stored")
    return [
        Row("ingest: events through HTTP, beside COPY and INSERT", through_http, by_copy, "ev/s",
            0.25, is_rate=True)
    ]  # fmt: skip


def _source() -> tuple[ApiKey, str]:
    owner, _made = User.objects.get_or_create(
        email="bench-events@example.com", defaults={"full_name": "Bench", "role": Role.ADMIN}
    )
    return ApiKey.issue(owner=owner, name="bench", kind=ApiKey.Kind.SERVER)


def _companies() -> list[int]:
    names = [f"I-{n}" for n in range(COMPANIES)]
    Customer.objects.bulk_create(
        [Customer(external_id=name, name=name) for name in names], ignore_conflicts=True
    )
    ids = dict(Customer.objects.filter(external_id__in=names).values_list("external_id", "pk"))
    return [ids[name] for name in names]


def _event(n: int, batch: int, started: datetime) -> dict[str, object]:
    """One event as an SDK sends it, about 400 bytes."""
    number = batch * BATCH + n
    return {
        "type": "track",
        "messageId": f"{started.timestamp():.0f}-{number}",
        "userId": f"user-{number % 9973}",
        "event": f"Feature {number % 40} used",
        "timestamp": (started - timedelta(milliseconds=number)).isoformat(),
        "context": {"groupId": f"I-{number % COMPANIES}", "library": {"name": "analytics-python"}},
        "properties": {"path": f"/projects/{number}", "plan": "Pro", "rows": number % 100},
    }


def _sent(batch: int, key: str, started: datetime) -> bytes:
    items = [_event(n, batch, started) for n in range(BATCH)]
    return json.dumps({"writeKey": key, "batch": items}).encode()


def _rows(batch: int, source: int, companies: list[int], started: datetime) -> str:
    """The same events, ready for COPY; under another source, so that both are stored."""
    lines = []
    for n in range(BATCH):
        event = _event(n, batch, started)
        at = datetime.fromisoformat(str(event["timestamp"]))
        message = str(event["messageId"])
        lines.append(
            copy_line(
                NewEvent(
                    companies[(batch * BATCH + n) % COMPANIES], at, event_id_of(source, message),
                    source, message, str(event["userId"]), "track", str(event["event"]), 1, 0, at,
                    started, json.dumps(event["properties"]),
                )
            )
        )  # fmt: skip
    return "".join(lines)


def _copy_all(batches: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MAKE_STAGE)
        for text in batches:
            with transaction.atomic():
                with cursor.copy(f"COPY bench_stage ({STAGED}) FROM STDIN") as copy:
                    copy.write(text)
                cursor.execute(INSERT)
        cursor.execute("DROP TABLE bench_stage")


def _send_all(forms: list[bytes]) -> float:
    """Seconds from the first request to the last answer; the first form only warms up."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for form in forms[1:]:
        waiting.put(form)
    with _web_process() as port:
        _send(port, iter(forms[:1]))
        clients = [
            threading.Thread(target=_send, args=(port, _taken_from(waiting)))
            for _client in range(CLIENTS)
        ]
        started = time.perf_counter()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        seconds = time.perf_counter() - started
    return seconds * len(forms) / (len(forms) - 1)


def _taken_from(queue: "SimpleQueue[bytes]") -> Iterator[bytes]:
    with contextlib.suppress(Empty):
        while True:
            yield queue.get_nowait()


def _send(port: int, forms: Iterator[bytes]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for form in forms:
        client.request("POST", "/v1/batch", form, {"Content-Type": "application/json"})
        answer = client.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {told[:300]!r}")
    client.close()


@contextlib.contextmanager
def _web_process() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "config/web_server.py", "--bind",
               f"127.0.0.1:{port}", "--workers", "1", "config.wsgi"]  # fmt: skip
    env = os.environ | {"DATABASE_POOL_SIZE": "8"}
    web = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        web.terminate()
        web.wait(30)
