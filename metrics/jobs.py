"""What the clock and the doorbells call. Rows in PostgreSQL say what is to be done.

A ring that is lost is made up by the next one ten seconds later; one too many finds nothing to do.
"""

import logging
import time
from datetime import date, datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from lib import days
from lib.days import local_day, reporting_zone
from metrics import daily, nights, partitions
from metrics.models import CustomerValue, MonthClosing, Report
from metrics.reopening import reopen_if_facts_came
from metrics.reports.ordering import forget_old_reports, mail_due_notices, order_due
from metrics.revenue import closing, ordered_closing, rebooking
from metrics.value import valuing

logger = logging.getLogger(__name__)
# No queue grows without bound because nobody answers; the next ring asks for the rest.
MOST_RINGS = 100
# A worker takes the next chunk without waiting for a bell, but listens again before it is told to
# stop in earnest.
SECONDS_AT_CHUNKS = 10


def newest_due_day(now: datetime) -> date:
    """Yesterday, or the day before it while it is too early in the night."""
    is_early = now.astimezone(reporting_zone()).hour < settings.NIGHT_STARTS_AT_HOUR
    return local_day(now) - timedelta(days=2 if is_early else 1)


@shared_task
def close_due_days() -> None:
    """Open the nights that are due, or the newest again for what came since; ring for one."""
    now = timezone.now()
    if not nights.open_nights(newest_due_day(now)) and reopen_if_facts_came(now):
        logger.info("the newest night is counted again")
    resume_nights()


@shared_task
def resume_nights() -> None:
    """Ring for whatever waits in the oldest open night, also what a dead worker left behind."""
    waiting = nights.unfinished_nights(newest_due_day(timezone.now()))
    if waiting:
        _ring(waiting[0])


def _ring(day: date) -> None:
    for _ in range(min(nights.claimable_count(day), MOST_RINGS)):
        close_chunk.delay(day.isoformat())
    if not nights.is_begun(day):
        begin_night.delay(day.isoformat())
    elif nights.is_ready_to_finish(day):
        finish_night.delay(day.isoformat())


@shared_task
def begin_night(day: str) -> None:
    """Roll up and cut, ring for the other workers, and take the first chunk at once."""
    if daily.begin_night(date.fromisoformat(day)):
        _ring(date.fromisoformat(day))
        close_chunk(day)


@shared_task
def close_chunk(day: str) -> None:
    """Chunk after chunk for some seconds, and the end of the night after the last one."""
    began = time.monotonic()
    while daily.close_next_chunk(date.fromisoformat(day)):
        if nights.is_ready_to_finish(date.fromisoformat(day)):
            finish_night(day)
            return
        if time.monotonic() - began > SECONDS_AT_CHUNKS:
            close_chunk.delay(day)
            return


@shared_task
def finish_night(day: str) -> None:
    if daily.finish_night(date.fromisoformat(day)):
        resume_nights()


@shared_task
def value_customers() -> None:
    """Value customers once after each closed night; a second ring finds it done."""
    day = nights.newest_closed_day()
    if day is None or CustomerValue.objects.filter(day__gte=day).exists():
        return
    # scipy is heavy; only the worker that values customers loads it.
    from metrics.value.foretelling import foretell_purchases

    logger.info("customers valued: %s", valuing.value_customers(day))
    foretell_purchases(day)


@shared_task
def rebook_currency(currency: str) -> None:
    logger.info("booked anew: %s", rebooking.rebook_currency(currency))


@shared_task
def close_due_month() -> None:
    """Close the next month when that is wanted and its time has come; say why when it cannot."""
    now = timezone.now()
    month = closing.due_for_closing(local_day(now), now)
    if month is None:
        return
    try:
        closing.close_month(month, today=local_day(now))
    except closing.MonthNotClosableError as why:
        logger.warning("month %s not closed: %s", month, why)


@shared_task
def close_ordered_month(month: str) -> None:
    ordered_closing.close_ordered(date.fromisoformat(month), today=days.today())


@shared_task
def resume_closings() -> None:
    """Ring for months whose closing nobody holds, also what a dead worker left behind."""
    for month in MonthClosing.objects.waiting().values_list("pk", flat=True):
        close_ordered_month.delay(month.isoformat())


@shared_task
def make_report(report_id: int) -> None:
    """Draw and write one report. Drawing is heavy; only the worker that does it loads it."""
    from metrics.reports.making import make_report as make

    if make(report_id):
        mail_notices.delay()


@shared_task
def make_waiting_reports() -> None:
    """Order what schedules are due, and ring for reports whose bell nobody heard."""
    order_due(days.today())
    for report_id in Report.objects.waiting().values_list("pk", flat=True)[:MOST_RINGS]:
        make_report.delay(report_id)
    mail_notices()


@shared_task
def mail_notices() -> None:
    """Tell recipients of schedules that their report is ready, each once."""
    mail_due_notices()


@shared_task
def forget_reports() -> None:
    forget_old_reports()


@shared_task
def keep_partitions() -> None:
    logger.info("partitions made: %s", partitions.keep_partitions_ahead())
