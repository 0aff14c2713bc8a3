"""Requests that break HTTP itself, sent byte by byte to a real web process (EV9, IN13).

None may be answered 5xx, keep a thread for ever, or be taken for two requests or for more than
it brought.
"""

import contextlib
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.handlers.wsgi import WSGIHandler

from accounts.models import ApiKey
from customers.models import UsageEvent
from tests.customers.ingest.serving import answers, serving
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.live]
HEAD = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BATCH, API = b"/v1/batch", b"/api/v1/customers"


@pytest.fixture(autouse=True)
def _noon():
    """The web process lives in real time."""


@pytest.fixture(scope="module")
def port(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), serving() as port:
        yield port


def length(size, path=BATCH):
    return HEAD % path + b"Content-Length: %d\r\n\r\n" % size


def chunked(*chunks):
    return HEAD % BATCH + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunks)


def chunk(text, size=None):
    return b"%x\r\n%s\r\n" % (len(text) if size is None else size, text)


def test_whole_requests_are_taken_however_they_are_cut(port, body):
    whole = length(len(body)) + body
    waiting = whole.replace(b"Content-Type", b"Expect: 100-continue\r\nContent-Type", 1)

    assert answers(port, whole) == [200]
    assert answers(port, waiting) == [100, 200]
    assert answers(port, chunked(chunk(body[:50]), chunk(body[50:]), chunk(b""))) == [200]
    assert answers(port, whole + whole) == [200, 200]
    assert UsageEvent.objects.count() == 1


def test_what_breaks_off_or_has_another_length_is_a_400_and_stores_nothing(port, body):
    broken = {
        "more was promised": [length(len(body) + 50) + body],
        "less was promised": [length(len(body) - 9) + body],
        "no end of chunks": [chunked(chunk(body))],
        "a chunk too short": [chunked(chunk(body, size=len(body) + 9))],
        "a size that is none": [chunked(b"zz\r\n", body)],
        "no length at all": [HEAD % BATCH + b"\r\n" + body],
    }

    statuses = {why: answers(port, *parts)[0] for why, parts in broken.items()}

    assert statuses == dict.fromkeys(broken, 400)
    assert not UsageEvent.objects.exists()


def test_two_lengths_are_no_way_to_smuggle_a_second_request_in(port, body):
    hidden = b"GET /health/live/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    head = HEAD % BATCH + b"Content-Length: %d\r\n" % len(body)
    smuggling = [
        head + b"Content-Length: 4\r\n\r\n" + body + hidden,
        head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        head + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
        head.replace(b"Length: ", b"Length: +") + b"\r\n" + body + hidden,
        head.replace(b"Length: ", b"Length: -") + b"\r\n" + body + hidden,
    ]

    assert [answers(port, request) for request in smuggling] == [[400]] * len(smuggling)
    assert not UsageEvent.objects.exists()


def silent(port, half):
    return answers(port, half, hang_up=False)


def dripping(port, half):
    """A byte now and then, each long before a socket gives up; the statuses that come back."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.1) as client:
        client.sendall(half)
        for _drop in range(300):
            with contextlib.suppress(TimeoutError):
                return [int(status) for status in re.findall(rb"1 (\d{3})", client.recv(65_536))]
            client.sendall(b" ")
    return []


@pytest.mark.parametrize("how", [silent, dripping])
def test_a_slow_client_is_given_up_and_others_are_served_meanwhile(how, port, body):
    """Twice as many slow clients as there are threads."""
    half = length(len(body) + 10_000) + body[:40]
    with ThreadPoolExecutor(8) as clients:
        slow = [clients.submit(how, port, half) for _n in range(8)]
        served = answers(port, length(len(body)) + body)
        given_up = [client.result() for client in slow]

    assert served == [200]
    assert given_up == [[400]] * 8


def test_without_that_patience_a_few_slow_clients_hold_everybody_up(body):
    half = length(len(body) + 10_000) + body[:40]
    with serving(WSGIHandler()) as port, contextlib.ExitStack() as open_ones:
        for _thread in range(4):
            client = socket.create_connection(("127.0.0.1", port))
            open_ones.enter_context(client).sendall(half)

        with pytest.raises(TimeoutError):
            answers(port, length(len(body)) + body, patience=2.5)
        open_ones.close()
        assert answers(port, length(len(body)) + body) == [200]


@pytest.mark.parametrize("path", [API, b"/accounts/login/", b"/imports/new/", b"/admin/login/"])
def test_half_a_body_is_no_error_of_ours_anywhere(port, path):
    _key, text = ApiKey.issue(
        owner=UserFactory(), name="rest", scopes=["customers:write"], kind=ApiKey.Kind.REST
    )
    head = length(500, path).replace(b"\r\n\r\n", b"\r\nAuthorization: Bearer %s\r\n\r\n")

    statuses = answers(port, head % text.encode() + b'{"external_id": ')

    assert len(statuses) == 1
    assert 300 <= statuses[0] < 500
