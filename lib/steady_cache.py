"""Django's cache in Redis, and in the memory of this process while Redis is away.

What is counted in it stays counted: a limit then holds for each process instead of for all
together, and nobody is let in for want of Redis. Values differ between the two places, so only
what may be forgotten belongs here.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property

from lib.steady_redis import TIME_OUTS, attempt

# Enough that nobody pushes his own count out by asking about others.
KEPT_HERE = 50_000


class RedisOrHere:
    """Each word of Redis's cache client, said to Redis or else to this process."""

    def __init__(self, url: str, here: LocMemCache) -> None:
        self.url = url
        time_outs: dict[str, Any] = {**TIME_OUTS}
        self.redis = RedisCacheClient([url], **time_outs)
        self.here = here

    def __getattr__(self, word: str) -> Callable[..., Any]:
        def said(*args: Any) -> Any:
            return attempt(
                self.url,
                lambda: getattr(self.redis, word)(*args),
                otherwise=lambda: getattr(self.here, word)(*args),
            )

        return said


class SteadyCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._url = server
        self._here = LocMemCache(server, {"OPTIONS": {"MAX_ENTRIES": KEPT_HERE}})

    @cached_property
    def _cache(self) -> RedisOrHere:  # type: ignore[override]  # it says the same words
        return RedisOrHere(self._url, self._here)

    def clear(self) -> None:
        self._here.clear()
        super().clear()
