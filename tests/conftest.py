"""The people of every test: Ana looks after customers, Ben is a stranger, Lea leads, Ada is admin,
Vic only looks. The clock stands still where a test asks for it."""

import gc
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import blocking_manager_key

from accounts.models import ApiKey, User
from accounts.permissions import Role
from customers.models.usage_event import USAGE_EVENTS
from lib import steady_redis
from lib.partitions import drop_partition, make_partitions, partitions_of
from metrics.models.daily_usage import DAILY_USAGE, PERSON_DAYS
from metrics.models.health_score import HEALTH_SCORES
from tests import append_only, emptying, middleware, order, turns
from tests.database import make_copy, make_pattern
from tests.factories import UserFactory
from tests.icons import open_icons_once

emptying.install()
open_icons_once()
append_only.install()
middleware.install()
# A busy machine may pause for longer than people wait; a count that went on in the memory of the
# test process would be missing in Redis. Tests of silence set the time-outs people meet.
steady_redis.TIME_OUTS.update(socket_timeout=20.0, socket_connect_timeout=20.0)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    def make_database(folder: Path) -> None:
        with session.config.stash[blocking_manager_key].unblock():
            make_pattern(folder, furnish)

    with turns.taken(session.config, make_database):
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = order.arranged(items)


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


def furnish() -> None:
    make_room()
    emptying.leave_statistics_alone()


def make_room() -> None:
    """Append-only tables have room for the days tests speak of: 2023 to 2027.

    Of events, which are parted by week, two months are enough beside the weeks from now on: each
    part more is planned by each statement that looks through them.
    """
    for table in (DAILY_USAGE, PERSON_DAYS, HEALTH_SCORES):
        make_partitions(table, date(2023, 1, 1), date(2028, 1, 1))
    two_months = (date(2026, 5, 4), date(2026, 7, 6))
    make_partitions(USAGE_EVENTS, *two_months)
    lately = timezone.now().date() - timedelta(days=30)
    for _name, first in partitions_of(USAGE_EVENTS):
        if first < lately and not two_months[0] <= first + timedelta(days=6) < two_months[1]:
            drop_partition(USAGE_EVENTS, first)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """All processes know the pattern by one name; each works in its copy."""


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, tmp_path_factory):
    """A copy for each process of a run. One process alone (`-n0`) may keep its database."""
    process = getattr(request.config, "workerinput", {}).get("workerid")
    if not process:
        request.getfixturevalue("django_db_setup")
        with django_db_blocker.unblock():
            furnish()
        yield
        return
    with django_db_blocker.unblock():
        make_copy(tmp_path_factory.getbasetemp().parent, process, furnish)
    yield


def pytest_terminal_summary(terminalreporter) -> None:
    """A silent skip would pass for a proof."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "/browser/" in r.nodeid]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} BROWSER TESTS WERE SKIPPED: no chromium here (apt install chromium).",
            red=True, bold=True,
        )  # fmt: skip
    unread = [
        r for r in terminalreporter.stats.get("skipped", []) if "on this machine" in str(r.longrepr)
    ]
    if unread:
        terminalreporter.write_line(
            f"{len(unread)} TESTS OF PUBLIC FILES WERE SKIPPED: no shared/data here (ENISHI_DATA).",
            red=True, bold=True,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    steady_redis.forget_silences()
    cache.clear()
    yield
    append_only.end_watching()
    middleware.forget()


@pytest.fixture
def ana(db) -> User:
    return UserFactory(full_name="Ana Abe", email="ana@example.com")


@pytest.fixture
def ben(db) -> User:
    return UserFactory(full_name="Ben Baba", email="ben@example.com")


@pytest.fixture
def lea(db) -> User:
    return UserFactory(full_name="Lea Lange", email="lea@example.com", role=Role.LEAD)


@pytest.fixture
def ada(db) -> User:
    return UserFactory(full_name="Ada Admin", email="ada@example.com", role=Role.ADMIN)


@pytest.fixture
def vic(db) -> User:
    return UserFactory(full_name="Vic Viewer", email="vic@example.com", role=Role.VIEWER)


@pytest.fixture
def as_user():
    """A browser in which somebody is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def api_of():
    """A program with every REST scope, speaking for somebody."""

    def with_key(user: User, scopes: list[str] | None = None) -> Client:
        every = [scope for scope in ApiKey.Scope.values if scope != "events:write"]
        _key, text = ApiKey.issue(
            owner=user, name="test", scopes=every if scopes is None else scopes
        )
        return Client(headers={"authorization": f"Bearer {text}"})

    return with_key
