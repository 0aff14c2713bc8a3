"""A pooled connection that the server ended is noticed before anybody asks through it."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.postgresql import base as plain

from lib.steady_postgres import base as steady

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled() -> Iterator[object]:
    """Gives a backend with a pool of one connection to the database of the tests."""

    def with_pool(backend):
        mine = connection.settings_dict
        options = mine["OPTIONS"] | {"pool": {"min_size": 1, "max_size": 1, "timeout": 20}}
        ways = {"OPTIONS": options, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
        connections["pooled"] = backend.DatabaseWrapper(mine | ways, alias="pooled")
        return connections["pooled"]

    yield with_pool
    connections["pooled"].close()
    connections["pooled"].close_pool()
    del connections["pooled"]


def asked(wrapper) -> int:
    """The server process that answers; afterwards the connection waits in the pool."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    wrapper.close()
    return pid


def end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 20000)", [pid])


def test_a_connection_is_used_again_while_it_lives(pooled):
    wrapper = pooled(steady)

    assert asked(wrapper) == asked(wrapper)


def test_a_connection_that_was_ended_in_the_pool_is_replaced(pooled):
    wrapper = pooled(steady)
    first = asked(wrapper)

    end(first)

    assert asked(wrapper) != first


def test_without_the_look_whoever_comes_next_gets_the_dead_connection(pooled):
    wrapper = pooled(plain)
    first = asked(wrapper)

    end(first)

    with pytest.raises(OperationalError):
        asked(wrapper)
