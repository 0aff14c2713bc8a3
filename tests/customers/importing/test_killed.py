"""kill -9 in the middle of an import: nothing is lost, nothing is doubled.

A real process imports a real file and kills itself, or is killed from outside; the sweep, here,
goes on. The negative twin notes its progress outside the transaction of a chunk, as one would
without thinking, and is caught by the same comparison.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import pytest
from django.db import connection, transaction
from django.utils import timezone

from customers.importing import working
from customers.importing.arriving import receive
from customers.jobs import resume_imports
from customers.models import Customer, ImportRun
from tests import processes
from tests.customers.importing.conftest import AS_OF

ROWS, CHUNK = 2_000, 200


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_before_the_commit() -> None:
    """In the middle of the fourth chunk, its rows written but not committed."""
    real = ImportRun.advance

    def advance(run: ImportRun, rows: int, counts: dict[str, int]) -> None:
        if run.rows_done >= 600:
            die()
        real(run, rows, counts)

    ImportRun.advance = advance


def progress_apart() -> None:
    """The twin: progress is noted after the commit of its chunk, and the process dies between."""
    real = ImportRun.advance

    def advance(run: ImportRun, rows: int, counts: dict[str, int]) -> None:
        if run.rows_done >= 600:
            transaction.on_commit(die)
        transaction.on_commit(lambda: real(run, rows, counts))

    ImportRun.advance = advance


@pytest.fixture
def run(transactional_db) -> ImportRun:
    rows = "".join(f"C-{n:05},Company {n}\n" for n in range(ROWS))
    run = receive("customers", "f.csv", [f"id,name\n{rows}".encode()], user=None, as_of=AS_OF)
    run.start_checking()
    working.work_on(run.pk)
    run.refresh_from_db()
    run.start_saving(run.preview_token())
    return run


def begin(run: ImportRun, *changes: Callable[[], object]) -> BaseProcess:
    """A process of its own that imports, after changes that only it knows of."""

    def work() -> None:
        working.CHUNK_ROWS = CHUNK
        for change in changes:
            change()
        working.work_on(run.pk)

    return processes.start(work)


def sweep_after_the_lease(run: ImportRun) -> None:
    ImportRun.objects.filter(pk=run.pk).update(lease_until=timezone.now())
    resume_imports()
    run.refresh_from_db()


def what_stands_there(run: ImportRun) -> tuple[object, ...]:
    """State, tallies, customers, import rows and audit entries of an import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customerevent")
        audited = cursor.fetchone()[0]
    return run.state, run.counts, Customer.objects.count(), run.rows.count(), audited


UNDISTURBED = ("done", {"new": ROWS}, ROWS, ROWS, ROWS)


def test_a_worker_killed_before_a_commit_leaves_whole_chunks_and_the_next_goes_on(run):
    assert processes.ended(begin(run, dies_before_the_commit)) == -9
    assert Customer.objects.count() == 600

    sweep_after_the_lease(run)

    assert what_stands_there(run) == UNDISTURBED


def test_a_worker_killed_at_any_moment_loses_and_doubles_nothing(run):
    worker = begin(run)
    while ImportRun.objects.get(pk=run.pk).rows_done == 0 and worker.is_alive():
        time.sleep(0.005)
    time.sleep(random.uniform(0, 0.05))
    processes.kill(worker)

    sweep_after_the_lease(run)

    assert what_stands_there(run) == UNDISTURBED


def test_the_twin_with_progress_outside_the_transaction_is_caught(run):
    assert processes.ended(begin(run, progress_apart)) == -9
    run.refresh_from_db()
    assert (Customer.objects.count(), run.rows_done) == (800, 600)

    sweep_after_the_lease(run)

    assert what_stands_there(run) != UNDISTURBED


def test_nobody_takes_over_while_the_lease_holds_and_an_old_owner_is_refused(run):
    first = ImportRun.objects.get(pk=run.pk)
    second = ImportRun.objects.get(pk=run.pk)
    assert first.claim(timezone.now())
    assert not second.claim(timezone.now())

    ImportRun.objects.filter(pk=run.pk).update(lease_until=timezone.now())
    assert second.claim(timezone.now())

    with pytest.raises(working.LeaseLostError):
        first.advance(1, {})
