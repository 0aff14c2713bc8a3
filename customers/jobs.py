"""What workers do with customers' facts. Each job may run twice without harm."""

import logging

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from customers.importing.tidying import tidy_up
from customers.importing.working import work_on
from customers.ingest import partitions, replaying, traits
from customers.models import ImportRun

logger = logging.getLogger(__name__)


@shared_task
def keep_partitions() -> None:
    made, dropped = partitions.keep_partitions(timezone.now())
    if made or dropped:
        logger.info("partitions of usage events: %s made, %s dropped", made, dropped)


@shared_task
def replay_waiting_events() -> None:
    placed = replaying.replay_waiting()
    if placed:
        logger.info("%s waiting events found their customer", placed)


@shared_task
def forget_old_events() -> None:
    logger.info("%s old events and messages forgotten", replaying.forget_old(timezone.now()))


@shared_task
def fill_attributes() -> None:
    """When one was declared, and every morning for what a killed worker left."""
    filled = traits.fill_attributes()
    if filled:
        logger.info("%s traits became attributes", filled)


@shared_task
def work_on_import(run_id: int) -> None:
    """Check, save or undo; what is left after a minute goes back into the queue."""
    if not work_on(run_id):
        work_on_import.delay(run_id)


def ring_for(run_id: int) -> None:
    """Wake a worker. Without a broker nothing is lost: the sweep finds the import by its state."""
    work_on_import.delay_on_commit(run_id)  # type: ignore[attr-defined]  # Celery's Django task


@shared_task
def resume_imports() -> None:
    """Take up imports that nobody holds: forgotten by the broker, or their worker died."""
    idle = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    for run_id in ImportRun.objects.filter(idle, state__in=ImportRun.WORKING).values_list(
        "pk", flat=True
    ):
        work_on_import.delay(run_id)


@shared_task
def tidy_up_imports() -> None:
    """Forget uploaded files and former values once the time to undo is over."""
    forgotten = tidy_up(timezone.now())
    if forgotten:
        logger.info("files and former values of %s imports forgotten", forgotten)
