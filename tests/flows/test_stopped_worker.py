"""A night's worker is stopped (SIGSTOP) so long that another takes over, and then goes on."""

import os
import signal
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from metrics import daily, nights
from metrics.models import HealthScore, Night, NightChunk
from tests import processes
from tests.factories import DAY, CustomerFactory
from tests.flows.crew import wait_until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

# PostgreSQL writes a new version of a row, with another xmin, whatever the new values are.
VERSIONS = """
    SELECT 'chunk', id, xmin::text, report::text FROM metrics_nightchunk
    UNION ALL SELECT 'score', customer_id, xmin::text, score::text FROM metrics_healthscore
    UNION ALL SELECT 'snapshot', customer_id, xmin::text, day::text FROM metrics_snapshot
    UNION ALL SELECT 'night', 0, xmin::text, report::text FROM metrics_night
    ORDER BY 1, 2
"""


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def stops_after_the_claim() -> None:
    holding = daily.holding_chunk
    daily.holding_chunk = lambda claim: (stop(), holding(claim))[1]


def stops_before_the_commit() -> None:
    """It holds the chunk's row, which the server frees when the transaction is idle too long."""
    close = daily.close_chunk

    def close_and_stop(*words: object) -> None:
        close(*words)
        with connection.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = '300ms'")
        stop()

    daily.close_chunk = close_and_stop


def stops_and_has_no_fence() -> None:
    nights._still_holds = lambda *_words: True
    stops_after_the_claim()


def versions() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS)
        return cursor.fetchall()


def work(changed: Callable[[], None]) -> None:
    changed()
    daily.close_next_chunk(DAY)


def before_and_after(changed: Callable[[], None]) -> tuple[list[tuple], list[tuple]]:
    """What stands in the tables when another has closed the night, and when the sleeper woke."""
    customers = CustomerFactory.create_batch(3)
    nights.open_night(DAY)
    daily.begin_night(DAY)
    sleeper = processes.start(partial(work, changed))
    try:
        assert os.WIFSTOPPED(os.waitpid(sleeper.pid, os.WUNTRACED)[1])
        # As if the seconds of its lease had passed.
        NightChunk.objects.update(lease_until=timezone.now())
        assert wait_until(lambda: daily.close_day(DAY).is_done)
        assert HealthScore.objects.count() == len(customers)
        before = versions()
        os.kill(sleeper.pid, signal.SIGCONT)
        assert processes.ended(sleeper) is not None
    finally:
        processes.kill(sleeper)
    return before, versions()


@pytest.mark.parametrize("changed", [stops_after_the_claim, stops_before_the_commit])
def test_who_slept_while_another_took_over_writes_nothing(changed):
    before, after = before_and_after(changed)

    assert after == before
    assert Night.objects.get().report["scores"] == 3


def test_without_the_fence_the_sleeper_writes_a_second_time():
    """The negative twin."""
    before, after = before_and_after(stops_and_has_no_fence)

    written = {row[0] for row in set(after) - set(before)}
    assert written == {"chunk", "snapshot"}
