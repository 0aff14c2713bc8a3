"""A fuzzer that reads our own document: whatever it thinks of, we answer as described (AP27)."""

import functools

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi

from accounts.models import ApiKey
from config.api import router
from config.wsgi import application
from tests.factories import (
    ContactFactory,
    ProductFactory,
    SubscriptionVersionFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
EXAMPLES = 2
NOUNS = [name for name, *_rest in router.registry]
WANTED = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _one_connection():
    """As in Django's test client: what the test wrote is seen, and taken back at its end."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(db, settings) -> str:
    settings.API_RATE_PER_MINUTE = 1_000_000
    owner = UserFactory(role="admin")
    for factory in (ContactFactory, TaskFactory, ProductFactory, SubscriptionVersionFactory):
        factory()
    scopes = [scope for scope in ApiKey.Scope.values if scope != "events:write"]
    return ApiKey.issue(owner=owner, name="fuzz", scopes=scopes)[1]


@functools.cache
def operations() -> list:
    document = schemathesis.openapi.from_wsgi("/api/schema/", application)
    return [found.ok() for found in document.get_all_operations()]


@pytest.mark.parametrize("noun", NOUNS)
def test_ap27_whatever_comes_is_answered_as_described(noun, key):
    for operation in operations():
        if operation.path.split("/")[3] == noun:
            judged(operation, key)


def judged(operation, key: str) -> None:
    """Raises what the first failing example raised; the seed is fixed."""

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def judge(case) -> None:
        if case.query:  # with fewer fields than the document promises nothing can be compared
            case.query.pop("fields", None)
        answer = case.call(headers={"Authorization": f"Bearer {key}"})
        case.validate_response(answer, checks=WANTED)

    judge()
