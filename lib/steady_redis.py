"""Redis is a helper that may be away: it is asked briefly, and after a silence not at once again.

Whoever asks names what to do without it. A page then costs one time-out in some seconds, not one
for each question, whether Redis is stopped, frozen or full.
"""

import functools
import logging
import time
from collections.abc import Callable
from typing import TypeVar

import redis

T = TypeVar("T")
REST_SECONDS = 5.0
# Longer than a busy server needs, shorter than a reader's patience.
TIME_OUTS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
logger = logging.getLogger(__name__)
_resting_until: dict[str, float] = {}


@functools.lru_cache(maxsize=8)
def client_of(url: str) -> redis.Redis:
    """One that does not try again by itself; stale connections are seen when they are taken."""
    return redis.Redis(connection_pool=redis.ConnectionPool.from_url(url, **TIME_OUTS))


def attempt(url: str, question: Callable[[], T], *, otherwise: Callable[[], T]) -> T:
    """The answer of `question`, which asks the Redis at `url`; or of `otherwise` without it."""
    if time.monotonic() < _resting_until.get(url, 0):
        return otherwise()
    try:
        return question()
    except redis.RedisError as exc:
        _resting_until[url] = time.monotonic() + REST_SECONDS
        logger.warning("Redis does not answer, we go on without: %s", exc)
        return otherwise()


def forget_silences() -> None:
    """Ask every Redis again at once; for processes that know one came back."""
    _resting_until.clear()


def is_there(url: str) -> bool:
    return attempt(url, lambda: bool(client_of(url).ping()), otherwise=lambda: False)
