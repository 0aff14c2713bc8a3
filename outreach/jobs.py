"""What the clock rings for in outreach. Rows decide; a bell too many does no harm."""

import logging

from celery import shared_task

from outreach import hits, sending

logger = logging.getLogger(__name__)


@shared_task
def send_ready_messages() -> None:
    tally = sending.send_ready()
    if tally.total():
        logger.info("mail: %s", dict(tally))


@shared_task
def flush_hits() -> None:
    hits.flush()
