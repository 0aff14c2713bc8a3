"""A cache that stays when Redis goes, on a real Valkey that is stopped and frozen."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches

from config.embedded.servers import Valkey
from lib import steady_redis

QUESTIONS = 12
TIME_OUT = 0.5


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    server = Valkey(tmp_path_factory.mktemp("cache") / "valkey")
    server.start()
    yield server
    os.kill(server.process.pid, signal.SIGCONT)
    server.stop()


@pytest.fixture
def cache(valkey, settings, monkeypatch):
    """A steady cache in this Valkey, and no memory of earlier silences."""
    monkeypatch.setattr(steady_redis, "_resting_until", {})
    monkeypatch.setitem(steady_redis.TIME_OUTS, "socket_timeout", TIME_OUT)
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": f"{valkey.url}/1"},
        "plain": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"{valkey.url}/1",
            "OPTIONS": {"socket_timeout": TIME_OUT},
        },
    }
    caches["default"].clear()
    return caches["default"]


@pytest.fixture
def frozen(valkey, cache):
    """Connected before it fell silent, which is the harder case."""
    cache.get("warm")
    os.kill(valkey.process.pid, signal.SIGSTOP)
    yield cache
    os.kill(valkey.process.pid, signal.SIGCONT)


def test_what_one_process_writes_another_reads(cache):
    cache.set_many({"a": 1, "b": [2]}, timeout=60)

    assert caches["plain"].get_many(["a", "b"]) == {"a": 1, "b": [2]}


def test_a_frozen_redis_costs_one_time_out_and_the_counting_goes_on_here(frozen):
    began = time.monotonic()
    added = [frozen.add("lock", 1, timeout=60) for _ in range(QUESTIONS)]
    frozen.set("count", 1)
    counted = [frozen.incr("count") for _ in range(QUESTIONS)]

    # Each question of its own would have cost twice as much, however busy the machine is.
    assert time.monotonic() - began < QUESTIONS * TIME_OUT
    assert added == [True] + [False] * (QUESTIONS - 1)
    assert counted[-1] == QUESTIONS + 1


def test_without_our_backend_each_question_to_a_frozen_redis_is_an_error(frozen):
    """The negative twin."""
    with pytest.raises(Exception, match="Timeout"):
        caches["plain"].get("count")


def test_of_many_threads_one_gets_the_lock_also_without_redis(frozen):
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda _n: caches["default"].add("lock", 1, 60), range(100)))

    assert sum(won) == 1


def test_redis_is_asked_again_after_a_rest(valkey, cache, monkeypatch):
    monkeypatch.setattr(steady_redis, "REST_SECONDS", 0.2)
    valkey.process.kill()
    valkey.process.wait()
    cache.set("key", "here")
    valkey.start()
    time.sleep(0.25)

    cache.set("key", "there")

    assert caches["plain"].get("key") == "there"
