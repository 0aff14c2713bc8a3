"""Workers and the clock show in PostgreSQL that they work; steps and signals of Celery.

That a process lives proves little: after a quarrel with Redis a worker may live on and take no
jobs. So a worker gives its sign from the loop that takes them, and only while jobs are taken: it is
at work on one, has begun one since it looked last, or none waits for it.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from celery import bootsteps
from celery.worker import state
from django.conf import settings
from django.db import Error, connection

from lib.steady_redis import attempt, client_of
from metrics.life_signs import MISSED, give_sign, take_leave

logger = logging.getLogger(__name__)


class WorkerSigns(bootsteps.StartStopStep):
    """Looks and signs every few seconds from the loop that takes jobs.

    Begins again with each connection to Redis, because Celery then forgets all its timers.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **_: Any) -> None:
        self.timers: list[Any] = []
        self.begun, self.unheard = 0, 0

    def start(self, consumer: Any) -> None:
        every = settings.WORKER_SIGN_SECONDS
        # The first sign comes soon: people are looking.
        self.timers = [
            consumer.timer.call_after(min(1, every), self.look, (consumer,)),
            consumer.timer.call_repeatedly(every, self.look, (consumer,)),
        ]

    def stop(self, consumer: Any) -> None:
        for timer in self.timers:
            timer.cancel()

    def shutdown(self, consumer: Any) -> None:
        _in_peace(lambda: take_leave(consumer.hostname, os.getpid()))

    def look(self, consumer: Any) -> None:
        """Sign, unless jobs waited at several looks and none was begun."""
        queues = sorted(consumer.app.amqp.queues.consume_from)
        waiting = _jobs_waiting(str(consumer.app.conf.broker_url), queues)
        if waiting is None:
            return
        begun, self.begun = state.all_total_count[0] > self.begun, state.all_total_count[0]
        hears = begun or bool(state.active_requests) or not waiting
        self.unheard = 0 if hears else self.unheard + 1
        if self.unheard < MISSED:
            _in_peace(lambda: give_sign(consumer.hostname, os.getpid(), queues=queues))
        else:
            logger.error("%s jobs wait and this worker takes none", waiting)


def _jobs_waiting(broker: str, queues: list[str]) -> int | None:
    """None while Redis does not say."""
    client = client_of(broker)
    return attempt(
        broker, lambda: sum(int(client.llen(queue)) for queue in queues), otherwise=lambda: None
    )


def _in_peace(write: Callable[[], None]) -> None:
    """A sign that cannot be written is missed later; it must not stop who gives it.

    The connection is closed at once: children are forked from here and must not inherit it.
    """
    try:
        write()
    except Error as error:
        logger.warning("no sign of life could be written: %s", type(error).__name__)
    finally:
        connection.close()


class ClockSigns:
    """Called for each bell the clock really rang; signs at most once in some seconds."""

    def __init__(self) -> None:
        self.signed = float("-inf")

    def __call__(self, **_: object) -> None:
        now = time.monotonic()
        if now - self.signed < settings.WORKER_SIGN_SECONDS / 2:
            return
        self.signed = now
        name = f"beat@{socket.gethostname()}"
        _in_peace(lambda: give_sign(name, os.getpid(), queues=[], is_clock=True))
