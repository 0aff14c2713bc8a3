"""What workers do with customers' facts. Each job may run twice without harm."""

import logging

from celery import shared_task
from django.utils import timezone

from customers.ingest import partitions, replaying

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
