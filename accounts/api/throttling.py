"""How often one identity may ask: a token bucket in Redis, shared by all keys of a person.

Reading costs 1, writing 2. The bucket is taken from by one atomic script, so parallel requests
cannot overdraw it. While Redis is away each process keeps buckets of its own.
"""

import math
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from lib.steady_redis import attempt, client_of

TAKE = """
local now = redis.call('TIME')
local moment = now[1] + now[2] / 1000000
local size, per_second, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = tonumber(bucket[1]) or size
local at = tonumber(bucket[2]) or moment
level = math.min(size, level + math.max(0, moment - at) * per_second)
local allowed = 0
if level >= cost then level, allowed = level - cost, 1 end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(moment))
redis.call('EXPIRE', KEYS[1], math.ceil(size / per_second) + 1)
return {allowed, tostring(level)}
"""


@dataclass(frozen=True)
class Rate:
    """What is left in the bucket after a request."""

    limit: int
    cost: int
    level: float

    @property
    def per_second(self) -> float:
        return self.limit / 60

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, math.floor(self.level))),
            "RateLimit-Reset": str(math.ceil((self.limit - self.level) / self.per_second)),
        }

    def seconds_to_wait(self) -> int:
        return max(1, math.ceil((self.cost - self.level) / self.per_second))


# Level and moment by identity: one entry for each person whose programs ask.
_buckets_here: dict[str, tuple[float, float]] = {}
_one_at_a_time = threading.Lock()


def take(identity: str, cost: int, limit: int) -> tuple[bool, Rate]:
    """Take from the bucket of an identity: whether it held enough, and what is left."""
    url = str(settings.CACHES["default"]["LOCATION"])

    def of_all() -> tuple[bool, float]:
        key = f"api-rate:{identity}"
        answer: Any = client_of(url).eval(TAKE, 1, key, limit, limit / 60, cost)
        return bool(answer[0]), float(answer[1])

    allowed, level = attempt(url, of_all, otherwise=lambda: _take_here(identity, cost, limit))
    return allowed, Rate(limit, cost, level)


def _take_here(identity: str, cost: int, limit: int) -> tuple[bool, float]:
    with _one_at_a_time:
        now = time.monotonic()
        level, at = _buckets_here.get(identity, (float(limit), now))
        level = min(limit, level + (now - at) * limit / 60)
        allowed = level >= cost
        level -= cost if allowed else 0
        _buckets_here[identity] = (level, now)
    return allowed, level


class IdentityThrottle(BaseThrottle):
    rate: Rate

    def allow_request(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return True
        cost = 1 if request.method in SAFE_METHODS else 2
        allowed, self.rate = take(str(request.user.pk), cost, settings.API_RATE_PER_MINUTE)
        view.rate = self.rate
        return allowed

    def wait(self) -> int:
        return self.rate.seconds_to_wait()
