"""kill -9 in the middle of an import: nothing is lost, nothing is doubled.

A real process imports a real file and kills itself, or is killed from outside; the sweep, here,
goes on. The negative twin notes its progress outside the transaction of a chunk, as one would
without thinking, and is caught by the same comparison.
"""

import os
import random
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from customers.importing import working
from customers.importing.arriving import receive
from customers.jobs import resume_imports
from customers.models import Customer, ImportRun
from tests.customers.importing.conftest import AS_OF

ROWS, CHUNK = 2_000, 200
START = """
import os, signal, sys
import django
django.setup()
from customers.importing import working
from customers.models import ImportRun
working.CHUNK_ROWS = {chunk}
def die():
    os.kill(os.getpid(), signal.SIGKILL)
"""
# In the middle of the fourth chunk, its rows written but not committed.
DIES_BEFORE_THE_COMMIT = """
real = ImportRun.advance
def advance(run, rows, counts):
    if run.rows_done >= 600:
        die()
    real(run, rows, counts)
ImportRun.advance = advance
"""
# The twin: progress is noted after the commit of its chunk, and the process dies between the two.
PROGRESS_APART = """
from django.db import transaction
real, late = ImportRun.advance, []
def advance(run, rows, counts):
    if run.rows_done >= 600:
        transaction.on_commit(die)
    transaction.on_commit(lambda: real(run, rows, counts))
ImportRun.advance = advance
"""
GO = "working.work_on(int(sys.argv[1]))"


@pytest.fixture
def run(transactional_db) -> ImportRun:
    rows = "".join(f"C-{n:05},Company {n}\n" for n in range(ROWS))
    run = receive("customers", "f.csv", [f"id,name\n{rows}".encode()], user=None, as_of=AS_OF)
    run.start_checking()
    working.work_on(run.pk)
    run.refresh_from_db()
    run.start_saving(run.preview_token())
    return run


def begin(run: ImportRun, *parts: str) -> subprocess.Popen:
    program = "".join([START.format(chunk=CHUNK), *parts, GO])
    database = connection.settings_dict
    host, name = database["OPTIONS"].get("host") or database["HOST"], database["NAME"]
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@/{name}?host={host}",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", program, str(run.pk)], cwd=settings.BASE_DIR, env=env
    )


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
    assert begin(run, DIES_BEFORE_THE_COMMIT).wait(60) == -9
    assert Customer.objects.count() == 600

    sweep_after_the_lease(run)

    assert what_stands_there(run) == UNDISTURBED


def test_a_worker_killed_at_any_moment_loses_and_doubles_nothing(run):
    worker = begin(run)
    while ImportRun.objects.get(pk=run.pk).rows_done == 0 and worker.poll() is None:
        time.sleep(0.005)
    time.sleep(random.uniform(0, 0.05))
    worker.kill()
    worker.wait(60)

    sweep_after_the_lease(run)

    assert what_stands_there(run) == UNDISTURBED


def test_the_twin_with_progress_outside_the_transaction_is_caught(run):
    assert begin(run, PROGRESS_APART).wait(60) == -9
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
