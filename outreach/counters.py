"""Short-lived counters in Redis for public pages. They may be lost; nobody waits for them.

When Redis is away we carry on without, and do not ask again for a few seconds, so that a page for
the public costs no time-out after time-out.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from django.conf import settings

T = TypeVar("T")
REST_SECONDS = 5.0
_resting_until: dict[str, float] = {}


@functools.lru_cache(maxsize=4)
def _redis_at(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)


def ask(question: Callable[[Any], T], *, otherwise: T) -> T:
    """The answer of Redis, or `otherwise` when it has none."""
    url = str(settings.CACHES["default"]["LOCATION"])
    if time.monotonic() < _resting_until.get(url, 0):
        return otherwise
    try:
        return question(_redis_at(url))
    except redis.RedisError:
        _resting_until[url] = time.monotonic() + REST_SECONDS
        return otherwise
