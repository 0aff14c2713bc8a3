"""Short-lived counters in Redis for public pages. They may be lost; nobody waits for them."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings

from lib.steady_redis import attempt, client_of

T = TypeVar("T")


def ask(question: Callable[[Any], T], *, otherwise: T) -> T:
    """The answer of Redis, or `otherwise` when it has none."""
    url = str(settings.CACHES["default"]["LOCATION"])
    return attempt(url, lambda: question(client_of(url)), otherwise=lambda: otherwise)
