"""Whether a worker still takes jobs, asked from outside of it: by supervisor and container check.

A worker that is stopped, stuck or deaf after a quarrel with Redis lives on and looks well from
outside. What tells is its sign of life in PostgreSQL (config/life_signs.py). Knows no Django, so
that asking is cheap.
"""

import time
from dataclasses import dataclass
from typing import Any

import psycopg
import redis

# In times between two signs: what counts as silent, and how much longer we wait then, because a
# worker may take half a minute to find back to a Redis that was away.
STALE_AFTER = 2
GIVEN_UP_AFTER = 6
# What a starting worker has for its first sign.
START_SECONDS = 120.0
ANSWER_SECONDS = 3
AGE = """
    SELECT extract(epoch FROM statement_timestamp() - seen_at)::float, pid FROM metrics_lifesign
    WHERE name = %(name)s AND NOT is_clock AND pid = coalesce(%(pid)s, pid)
    ORDER BY seen_at DESC LIMIT 1
"""


@dataclass(frozen=True)
class Sign:
    """The last sign of a worker: how many seconds ago, and the pid of who gave it."""

    seconds: float
    pid: int


@dataclass(frozen=True)
class Servers:
    """Where signs are written and where bells ring. `database` is one of Django's DATABASES."""

    database: dict[str, Any]
    redis_url: str

    def redis_answers(self) -> bool:
        """Whether Redis answers. While it does not, no worker can be blamed for silence."""
        try:
            with redis.Redis.from_url(
                self.redis_url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
            ) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def last_sign(self, name: str, pid: int | None = None) -> Sign | None:
        """Of any process of that name where no pid is said. Raises psycopg.Error."""
        of = self.database
        place = {"dbname": of["NAME"], "user": of["USER"], "password": of["PASSWORD"],
                 "host": of["HOST"], "port": of["PORT"]}  # fmt: skip
        ways = {key: value for key, value in of.get("OPTIONS", {}).items() if key != "pool"}
        words = {key: str(value) for key, value in (place | ways).items() if value}
        words["connect_timeout"] = str(ANSWER_SECONDS)
        with psycopg.connect(**words, autocommit=True) as session:  # type: ignore[arg-type]
            row = session.execute(AGE, {"name": name, "pid": pid}).fetchone()
        return Sign(*row) if row else None


@dataclass
class Ear:
    """Listens for one worker of this machine. `every` is the time between two of its signs."""

    servers: Servers
    name: str
    every: float = 10.0
    pid: int = 0
    quiet_since: float | None = None
    next_look: float = 0.0

    def is_deaf(self, pid: int) -> bool:
        """Whether the process has given no sign for too long, though it could have."""
        now = time.monotonic()
        if pid != self.pid:
            self.pid, self.quiet_since, self.next_look = pid, None, now
        if now < self.next_look:
            return False
        self.next_look = now + self.every / 2
        try:
            sign = self.servers.last_sign(self.name, pid)
        except psycopg.Error:
            # Then the worker could not write one either.
            self.quiet_since = None
            return False
        if (sign and sign.seconds < STALE_AFTER * self.every) or not self.servers.redis_answers():
            self.quiet_since = None
            return False
        self.quiet_since = self.quiet_since or now
        return now - self.quiet_since > (GIVEN_UP_AFTER * self.every if sign else START_SECONDS)
