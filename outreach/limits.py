"""How often a public page may be posted to: per link and per network, in fixed windows.

When Redis is away a small count in this process takes over: a limiter must not close the page.
"""

import time
from collections import Counter
from dataclasses import dataclass

import redis

from outreach.counters import ask


@dataclass(frozen=True)
class Limit:
    name: str
    times: int
    seconds: int


POSTS_OF_A_LINK = [Limit("link-minute", 10, 60), Limit("link-hour", 60, 3600)]
POSTS_OF_A_NETWORK = [Limit("network-minute", 30, 60)]
# Cleared at each new minute, so it cannot grow without end.
_counted_here: Counter[str] = Counter()
_minute_here = 0


def seconds_to_wait(limits: list[Limit], who: str) -> int:
    """0 when it may go on; else how long until the fullest window ends."""
    return max(_seconds_to_wait(limit, who) for limit in limits)


def _seconds_to_wait(limit: Limit, who: str) -> int:
    window, elapsed = divmod(int(time.time()), limit.seconds)
    key = f"limit:{limit.name}:{who}:{window}"

    def count(server: redis.Redis) -> int:
        with server.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, limit.seconds)
            return int(pipe.execute()[0])

    counted = ask(count, otherwise=0) or _count_here(key)
    return limit.seconds - elapsed if counted > limit.times else 0


def _count_here(key: str) -> int:
    global _minute_here  # noqa: PLW0603 - a count of this process
    minute = int(time.time() // 60)
    if minute != _minute_here:
        _minute_here = minute
        _counted_here.clear()
    _counted_here[key] += 1
    return _counted_here[key]
