"""kill -9 of the web process under load: what was answered 200 is stored, and stored once."""

import contextlib
import http.client
import json
import os
import signal
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.models import ApiKey
from customers.models import UsageEvent
from tests.customers.ingest import slow_web
from tests.customers.ingest.serving import started
from tests.factories import CustomerFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.live]
KILLS = 5
BATCH = 20


@pytest.fixture(autouse=True)
def _noon():
    """The web process lives in real time, and so does this test."""


@pytest.fixture
def web():
    """Starts a web process and gives its port and master; all of it ends with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda application: stack.enter_context(started(application))


class Sender(threading.Thread):
    """A client that repeats each batch until it is told 200, as SDKs do."""

    def __init__(self, port, key, name):
        super().__init__(name=name)
        self.port, self.key = port, key
        self.sent, self.repeated = [], 0
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.is_set():
            ids = [f"{self.name}-{len(self.sent) + n}" for n in range(BATCH)]
            while not self.deliver(ids):
                self.repeated += 1
                time.sleep(0.02)
            self.sent += ids

    def deliver(self, ids):
        now = datetime.now(UTC).isoformat()
        batch = [
            {"type": "track", "messageId": message_id, "userId": "pat", "event": "Saved",
             "timestamp": now, "context": {"groupId": "bakery"}}
            for message_id in ids
        ]  # fmt: skip
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            client.request("POST", "/v1/batch", json.dumps({"writeKey": self.key, "batch": batch}))
            return client.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()


def children_of(master):
    listed = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def wait_until(holds, seconds=120):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def stored_and_not_answered(answered):
    return UsageEvent.objects.count() > answered


def answered_and_not_stored(answered):
    return UsageEvent.objects.count() < answered


def kill_again_and_again(master, senders, bad_moment):
    """The worker dies while batches are under way; the master starts another one."""
    for _kill in range(KILLS):
        there = [len(sender.sent) for sender in senders]
        wait_until(lambda there=there: [len(s.sent) for s in senders] > there)
        wait_until(lambda: bad_moment(sum(len(sender.sent) for sender in senders)))
        for pid in children_of(master):
            os.kill(pid, signal.SIGKILL)


def killed_under_load(web, application, bad_moment=stored_and_not_answered):
    """How often each message that was answered 200 is stored, and how many were repeated."""
    _key, text = ApiKey.issue(owner=UserFactory(), name="server", kind=ApiKey.Kind.SERVER)
    CustomerFactory(external_id="bakery")
    port, master = web(application)
    senders = [Sender(port, text, name) for name in ("one", "two", "three")]
    for sender in senders:
        sender.start()
    kill_again_and_again(master, senders, bad_moment)
    for sender in senders:
        sender.is_over.set()
    for sender in senders:
        sender.join()
    time.sleep(0.2)
    stored = Counter(UsageEvent.objects.values_list("message_id", flat=True))
    times = Counter(stored[message] for sender in senders for message in sender.sent)
    return times, sum(sender.repeated for sender in senders)


def test_every_event_that_was_answered_is_stored_exactly_once(web):
    times, repeated = killed_under_load(web, slow_web.after_commit)

    assert repeated > 0
    assert set(times) == {1}


def test_a_server_that_answered_before_its_commit_would_lose_events(web):
    times, _repeated = killed_under_load(web, slow_web.before_commit, answered_and_not_stored)

    assert times[0] > 0


def test_a_server_without_the_key_of_a_message_would_store_events_twice(web):
    times, _repeated = killed_under_load(web, slow_web.keyless)

    assert max(times) > 1
