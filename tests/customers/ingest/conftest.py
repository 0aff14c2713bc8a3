"""Sources that send events, and what they send. The clock stands at noon of one day."""

import json

import pytest
import time_machine
from django.test import Client

from accounts.models import ApiKey
from tests.factories import NOON, CustomerFactory, UserFactory


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def server_key(ada):
    """A server key: the row, and its text in `.text`."""
    key, text = ApiKey.issue(owner=ada, name="server", kind=ApiKey.Kind.SERVER)
    key.text = text
    return key


@pytest.fixture
def browser_key(ada):
    key, text = ApiKey.issue(
        owner=ada,
        name="browser",
        kind=ApiKey.Kind.BROWSER,
        allowed_origins=["https://app.example.com"],
    )
    key.text = text
    return key


@pytest.fixture
def bakery(db):
    return CustomerFactory(external_id="bakery", name="Bakery")


@pytest.fixture
def body():
    """One event in a batch, for a customer there is."""
    CustomerFactory(external_id="bakery")
    _key, text = ApiKey.issue(owner=UserFactory(), name="server", kind=ApiKey.Kind.SERVER)
    return json.dumps({"writeKey": text, "batch": [a_track(timestamp=None)]}).encode()


@pytest.fixture
def post():
    """Send a body as an SDK would: JSON of whatever is given, or bytes as they are."""

    def send(path, body, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        content_type = headers.pop("content_type", "application/json")
        return Client().post(path, data, content_type=content_type, headers=headers)

    return send


@pytest.fixture
def batch(post, server_key):
    """Send a batch of items with the server key."""

    def send(*items, **envelope):
        return post("/v1/batch", {"writeKey": server_key.text, "batch": list(items), **envelope})

    return send


def a_track(n=1, **changes):
    return {
        "type": "track",
        "messageId": f"m-{n}",
        "userId": "pat",
        "event": "Invoice sent",
        "timestamp": NOON.isoformat(),
        "context": {"groupId": "bakery"},
        **changes,
    }
