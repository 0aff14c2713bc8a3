"""The story of one day: roll up usage, score health and book money, raise alerts, open tasks.

Each step reads what the steps before it left in tables, takes the day as an argument and may be
repeated without harm. The first and the last step are done once; those between are done chunk of
customers by chunk, by as many workers as there are (metrics/nights.py says who may do what).
"""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Max

from metrics.alerts.raising import raise_alerts
from metrics.alerts.tasks import open_tasks
from metrics.company import close_company_day
from metrics.counting_again import recount_waiting_days
from metrics.engaging import conclude_customers, finish_engagement, forget_conclusions_of
from metrics.health.scorecard import current_scorecard, scorecard_of
from metrics.health.scoring import score_health
from metrics.late_contracts import remake_month_ends
from metrics.loyalty.placing import place_answers
from metrics.models import Night, NightChunk
from metrics.nights import (
    OvertakenError,
    claim_chunk,
    claim_night,
    cut_chunks,
    finishing,
    holding_chunk,
    holding_night,
    newest_closed_day,
    open_night,
    report_failure,
)
from metrics.partitions import make_room_for
from metrics.revenue.learned import learned_since
from metrics.revenue.ledger import book_movements
from metrics.revenue.months import keep_months
from metrics.revenue.value import currencies_without_rate
from metrics.traits import keep_traits
from metrics.usage import recount_dirty_days, roll_up_if_it_has_events

logger = logging.getLogger(__name__)

# A row may be stamped long before its import is committed.
SLOW_IMPORTS = timedelta(hours=1)
# What is written once for each customer or cause, however often the night is counted.
DONE_ONCE = ("scores", "alerts_raised", "alerts_settled", "tasks")


@dataclass(frozen=True)
class DayReport:
    """What a night came to. `is_done` is False while other workers are still at it."""

    day: date
    is_done: bool
    counts: dict[str, Any]


def close_day(day: date) -> DayReport:
    """Close a day from beginning to end, here and now. A closed day stays as it is."""
    open_night(day)
    begin_night(day)
    while close_next_chunk(day):
        pass
    finish_night(day)
    night = Night.objects.get(day=day)
    return DayReport(day, night.state == Night.State.DONE, night.report)


def begin_night(day: date) -> bool:
    """Roll up the day's usage, fix the scorecard, cut the work. False when somebody else does."""
    claim = claim_night(day)
    if claim is None:
        return False
    try:
        with holding_night(claim) as night:
            make_room_for(day)
            recounted = [*recount_dirty_days(day), *recount_waiting_days(day)]
            forget_conclusions_of(recounted, day)
            used = 0 if day in recounted else roll_up_if_it_has_events(day)
            night.scorecard_version = current_scorecard().version
            night.report = _done_once(night.report) | {
                "recounted_days": len(recounted), "customers_with_use": used,
            }  # fmt: skip
            cut_chunks(day)
            night.state, night.stage = Night.State.RUNNING, "chunks"
            night.save(update_fields=["scorecard_version", "report", "state", "stage"])
    except OvertakenError:
        return False
    return True


def close_next_chunk(day: date) -> bool:
    """Score the customers of one chunk and what follows from it. False when none is free."""
    claim = claim_chunk(day)
    if claim is None:
        return False
    try:
        with holding_chunk(claim) as chunk:
            chunk.report = close_chunk(day, chunk)
    except OvertakenError:
        logger.warning("overtaken while closing %s", day)
    except (DatabaseError, ArithmeticError, ValueError, LookupError, TypeError) as error:
        # One customer's data must not stop the others: count the try, look closer later.
        logger.exception("a part of %s failed", day)
        report_failure(claim, _reason(error))
    return True


def close_chunk(day: date, chunk: NightChunk) -> dict[str, int]:
    """Health, money, alerts and tasks of the customers of one chunk."""
    customers = {"first": chunk.first_id, "last": chunk.last_id}
    keep_traits(day, **customers)
    scorecard = scorecard_of(chunk.night)
    scored = score_health(day, scorecard, since=_last_night_began(), **customers)
    # The ledger never becomes shorter when an old day is made up.
    through = max(day, newest_closed_day() or day)
    movements = book_movements(scored.touched, through=through)
    conclude_customers(day, **customers, is_tonight=through == day)
    alerts = raise_alerts(day, **customers)
    tasks = open_tasks(day, **customers)
    return {
        "scores": scored.scores,
        "movements": movements,
        "alerts_raised": alerts.raised,
        "alerts_settled": alerts.settled,
        "tasks": tasks,
    }


def finish_night(day: date) -> bool:
    """Sum the company up and close the night. False when it is not ready, or closed already."""
    with finishing(day) as night:
        if night is None:
            return False
        close_company_day(day)
        through = max(day, newest_closed_day() or day)
        keep_months(through=through)
        # Month ends that are missing are made afterwards, of all that is known.
        remake_month_ends(learned_since(_last_night_began()), before=through)
        finish_engagement(day)
        place_answers()
        counts = Counter(_done_once(night.report))
        for report in night.chunks.values_list("report", flat=True):
            counts.update(report)
        failed = night.chunks.filter(state=NightChunk.State.FAILED)
        night.report |= dict(counts) | {
            "failed_customers": list(failed.values_list("first_id", flat=True)),
            "currencies_without_rate": currencies_without_rate(day),
        }
    logger.info("closed %s", day)
    return True


def _done_once(report: dict[str, Any]) -> dict[str, int]:
    """What a night that is counted again does not do anew: it is told with what it adds."""
    return {name: report.get(name, 0) for name in DONE_ONCE}


def _last_night_began() -> datetime | None:
    """Subscriptions recorded since then are new to the ledger. None before the first night."""
    latest = Night.objects.filter(state=Night.State.DONE).aggregate(Max("started_at"))
    began = latest["started_at__max"]
    return began - SLOW_IMPORTS if began else None


def _reason(error: Exception) -> str:
    """The kind of the error and its first line; the rest may hold personal data."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
