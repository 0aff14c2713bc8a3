"""Two people save overlapping files at the same moment, in two real processes.

A row takes its time to be stored, and the files name the same customers in opposite order: each
would wait for what the other has written. The negative twin leaves out the queue of the chunks.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from customers.importing import working
from customers.importing.arriving import receive
from customers.models import Customer, ImportRun
from tests import processes
from tests.customers.importing.conftest import AS_OF
from tests.customers.importing.test_killed import begin

SLOW_ROWS = """
    CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
    CREATE TRIGGER dawdle BEFORE INSERT ON customers_customer FOR EACH ROW
        EXECUTE FUNCTION dawdle();
"""
QUICK = "DROP TRIGGER dawdle ON customers_customer; DROP FUNCTION dawdle"


@pytest.fixture
def two(transactional_db) -> Iterator[tuple[ImportRun, ImportRun]]:
    """0 to 119 upwards, and 159 to 40 downwards; both were previewed as all new."""
    with connection.cursor() as cursor:
        cursor.execute(SLOW_ROWS)
    yield prepared(range(120)), prepared(range(159, 39, -1))
    with connection.cursor() as cursor:
        cursor.execute(QUICK)


def prepared(numbers: range) -> ImportRun:
    rows = "".join(f"C-{n:03},Company {n}\n" for n in numbers)
    run = receive("customers", "f.csv", [f"id,name\n{rows}".encode()], user=None, as_of=AS_OF)
    run.start_checking()
    working.work_on(run.pk)
    run.refresh_from_db()
    assert run.start_saving(run.preview_token())
    return run


def without_the_queue() -> None:
    working.one_at_a_time = lambda noun: None


def save_at_once(
    runs: tuple[ImportRun, ImportRun], *changes: Callable[[], None]
) -> list[ImportRun]:
    """Both begin when both have started."""
    door = processes.FORK.Barrier(2)
    workers = [begin(run, door.wait, *changes) for run in runs]
    assert [processes.ended(worker) for worker in workers] == [0, 0]
    return [ImportRun.objects.get(pk=run.pk) for run in runs]


def test_every_customer_is_stored_once_and_nobody_sees_a_deadlock(two):
    saved = save_at_once(two)

    assert [run.state for run in saved] == ["done", "done"]
    assert sum(run.counts.get("new", 0) for run in saved) == Customer.objects.count() == 160
    assert sum(run.counts.get("unchanged", 0) for run in saved) == 80


def test_the_twin_without_the_queue_is_caught(two):
    saved = save_at_once(two, without_the_queue)

    assert "saving" in [run.state for run in saved]
