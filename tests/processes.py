"""Work done in a process of its own, so that a test may really kill it.

A fork knows the settings, the database and the mail server of its test, and starts at once.
"""

import gc
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from functools import cache
from importlib import import_module
from multiprocessing.process import BaseProcess
from unittest.mock import patch

from django.db import connections
from django.urls import get_resolver

from config.celery import app

FORK = multiprocessing.get_context("fork")
# What a worker or a web server loads when it starts: here once, and not in each of dozens of them.
LOADED = ("celery.bin.celery", "celery.apps.worker", "celery.concurrency.prefork",
          "celery.worker.components", "celery.worker.consumer", "celery.app.control",
          "celery.backends.base", "billiard.popen_fork", "billiard.heap", "billiard.queues",
          "kombu.transport.redis", "gunicorn.arbiter", "gunicorn.workers.gthread")  # fmt: skip


def start(work: Callable[[], None]) -> BaseProcess:
    load()
    connections.close_all()
    process = FORK.Process(target=_alone, args=(work,), daemon=True)
    process.start()
    return process


@cache
def load() -> None:
    for name in LOADED:
        import_module(name)
    get_resolver().url_patterns  # noqa: B018
    # Django's checks are a test of their own.
    with patch.dict(os.environ, CELERY_SKIP_CHECKS="true"):
        app.loader.import_default_modules()


def _alone(work: Callable[[], None]) -> None:
    """Nothing of the test around us may run when we end: no teardown, no report of its own."""
    # Billiard collects garbage before each fork; what was inherited is none.
    gc.freeze()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Two processes that speak through one socket would read each other's answers.
    for inherited in connections.all(initialized_only=True):
        inherited.connection = None
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        # Told by the test that fails for it, as one that dies silently cannot be understood.
        traceback.print_exc()
    finally:
        os._exit(status)


def kill(process: BaseProcess) -> None:
    process.kill()
    process.join()


def ended(process: BaseProcess, seconds: float = 60) -> int | None:
    """The exit code, -9 when it was killed; None when it still runs."""
    process.join(seconds)
    return process.exitcode
