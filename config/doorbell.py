"""How pages ring for a worker. A bell that cannot be rung costs a log line, never an answer.

What is to be done stands in a table before anybody rings, and the timetable rings for it again.
"""

import functools
import logging
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError
from redis import RedisError

from lib.steady_redis import TIME_OUTS, is_there

logger = logging.getLogger(__name__)


class Doorbell(DjangoTask[Any, Any]):
    """A job that pages may ring for whether Redis is there, stopped or frozen."""

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]  # Celery's is None too, its stub is not
        transaction.on_commit(functools.partial(self.ring, *args, **kwargs))

    def ring(self, *args: Any, **kwargs: Any) -> bool:
        """Whether it was heard. Tests run jobs at once, and see what they raise."""
        if self.app.conf.task_always_eager:
            self.delay(*args, **kwargs)
            return True
        try:
            if is_there(str(self.app.conf.broker_url)):
                self.delay(*args, **kwargs)
                return True
        except (OperationalError, RedisError) as exc:
            logger.warning("Redis fell silent in the middle: %s", exc)
        logger.warning("%s was not rung; the timetable rings again", self.name)
        return False


class House(Celery):
    """Rings with short time-outs. A worker, who listens, keeps the long ones of the settings."""

    task_cls = "config.doorbell:Doorbell"

    def connection_for_write(self, url: str | None = None, **kwargs: Any) -> Connection:
        kwargs["transport_options"] = {**(kwargs.get("transport_options") or {}), **TIME_OUTS}
        return super().connection_for_write(url, **kwargs)
