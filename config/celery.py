"""The Celery application. Truth lives in PostgreSQL; the broker is only a doorbell."""

import logging.config
import os

from celery.signals import after_task_publish, beat_init, setup_logging, worker_init
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from config.doorbell import House
from config.orphans import end_with

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = House("enishi")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Files are called jobs.py because a task is a word on our pages.
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(related_name="jobs")


@setup_logging.connect
def log_as_the_web_server_does(**_: object) -> None:
    """Celery would bring its own format, which knows nothing of masks."""
    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
def show_that_the_worker_works(**_: object) -> None:
    # Its models are not there yet while this file is read.
    from config.life_signs import WorkerSigns

    app.steps["consumer"].add(WorkerSigns)


@beat_init.connect
@worker_init.connect
def end_with_the_supervisor(**_: object) -> None:
    if settings.SUPERVISED_BY:
        end_with(settings.SUPERVISED_BY)


@beat_init.connect
def show_that_the_clock_rings(**_: object) -> None:
    # The same.
    from config.life_signs import ClockSigns

    # A weak reference would end with this function.
    after_task_publish.connect(ClockSigns(), weak=False)
