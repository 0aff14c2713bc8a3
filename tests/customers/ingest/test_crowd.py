"""More senders than a web process has room for, and people who come at the same time."""

import contextlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import pytest

from tests.customers.ingest.holding import table_held, wait_for_waiters
from tests.customers.ingest.serving import answers, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.live]
SENT = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
SEEN = b"GET /health/live/ HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(autouse=True)
def _noon():
    """The web process lives in real time."""


@pytest.mark.parametrize(("places", "seen"), [(2, [200]), (99, None)], ids=["ours", "careless"])
def test_senders_who_wait_leave_threads_for_people(places, seen, body):
    """Four senders before a held table and a web process of four threads."""
    with serving(INGEST_AT_ONCE=places) as port, ThreadPoolExecutor(4) as pool:
        with table_held():
            sent = [pool.submit(answers, port, SENT % len(body) + body) for _n in range(4)]
            wait_for_waiters(min(places, 4), longer_than="0 s")
            answered = None
            with contextlib.suppress(TimeoutError):
                answered = answers(port, SEEN, patience=2)
            # Whoever comes when the table is free again would find room.
            for turned_away in islice(as_completed(sent, timeout=120), max(4 - places, 0)):
                turned_away.result()
        said = sorted(status for sender in sent for status in sender.result())

    assert answered == seen
    assert said == ([200, 200, 429, 429] if places == 2 else [200] * 4)
