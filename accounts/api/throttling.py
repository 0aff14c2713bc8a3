"""How often one identity may ask: a token bucket in Redis, shared by all keys of a person.

Reading costs 1, writing 2. The bucket is taken from by one atomic script, so parallel requests
cannot overdraw it. Without Redis the API stays open and says so in the log.
"""

import logging
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)

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


@cache
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)


def take(identity: str, cost: int, limit: int) -> tuple[bool, Rate]:
    """Take from the bucket of an identity. Raises RedisError."""
    client = _connection(str(settings.CACHES["default"]["LOCATION"]))
    answer: Any = client.eval(TAKE, 1, f"api-rate:{identity}", limit, limit / 60, cost)
    return bool(answer[0]), Rate(limit, cost, float(answer[1]))


class IdentityThrottle(BaseThrottle):
    rate: Rate

    def allow_request(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return True
        cost = 1 if request.method in SAFE_METHODS else 2
        try:
            allowed, self.rate = take(str(request.user.pk), cost, settings.API_RATE_PER_MINUTE)
        except redis.RedisError as exc:
            logger.warning("rate limit is open, Redis does not answer: %s", type(exc).__name__)
            return True
        view.rate = self.rate
        return allowed

    def wait(self) -> int:
        return self.rate.seconds_to_wait()
