"""A real Celery worker dies in the middle of an import: every row is saved once."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from customers.importing import working
from customers.importing.arriving import receive
from customers.models import Customer, ImportRun
from tests.flows.crew import Crew, wait_until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

ROWS = 3 * working.CHUNK_ROWS
SLOW = """
    CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
    CREATE TRIGGER dawdle AFTER INSERT ON customers_customer FOR EACH STATEMENT
        EXECUTE FUNCTION dawdle();
"""
QUICK = "DROP TRIGGER IF EXISTS dawdle ON customers_customer; DROP FUNCTION IF EXISTS dawdle"


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def run(tmp_path, settings) -> Iterator[ImportRun]:
    """A checked import whose saving takes long enough to be hit."""
    settings.MEDIA_ROOT = tmp_path
    rows = "".join(f"C-{n:05},Company {n}\n" for n in range(ROWS))
    run = receive(
        "customers", "f.csv", [f"id,name\n{rows}".encode()], user=None, as_of=date(2026, 1, 1)
    )
    run.start_checking()
    working.work_on(run.pk)
    run.refresh_from_db()
    run_sql(SLOW)
    yield run
    run_sql(QUICK)


@pytest.fixture
def crew(tmp_path, run) -> Iterator[Crew]:
    crew = Crew(tmp_path, MEDIA_ROOT=str(tmp_path))
    crew.start()
    yield crew
    crew.stop()


def now(run: ImportRun) -> ImportRun:
    return ImportRun.objects.get(pk=run.pk)


def is_done(run: ImportRun) -> bool:
    return now(run).state == ImportRun.State.DONE


def ring_until_done(crew: Crew, run: ImportRun) -> bool:
    def ring() -> bool:
        crew.ring("customers.jobs.resume_imports")
        return wait_until(lambda: is_done(run), seconds=1)

    return wait_until(ring)


def test_a_killed_worker_is_replaced_by_the_sweep_and_without_the_sweep_by_nobody(crew, run):
    assert run.start_saving(run.preview_token())
    crew.ring("customers.jobs.resume_imports")
    assert wait_until(lambda: now(run).rows_done > 0)

    crew.kill_worker()
    assert 0 < Customer.objects.count() == now(run).rows_done < ROWS
    # As if the two minutes of the lease had passed.
    ImportRun.objects.filter(pk=run.pk).update(lease_until=timezone.now())
    crew.start_worker()

    # The negative twin: with a new worker, but before the sweep rings, nothing goes on.
    assert not wait_until(lambda: is_done(run), seconds=4)
    assert ring_until_done(crew, run)
    assert now(run).counts == {"new": ROWS}
    assert Customer.objects.count() == run.rows.filter(verdict="new").count() == ROWS


@pytest.mark.parametrize("fault", ["kill_broker", "empty_broker"])
def test_a_killed_or_emptied_redis_in_mid_import_loses_and_doubles_nothing(crew, run, fault):
    assert run.start_saving(run.preview_token())
    crew.ring("customers.jobs.resume_imports")
    assert wait_until(lambda: now(run).rows_done > 0)

    getattr(crew, fault)()

    assert not is_done(run)
    assert ring_until_done(crew, run)
    assert now(run).counts == {"new": ROWS}
    assert Customer.objects.count() == run.rows.filter(verdict="new").count() == ROWS
