"""A real Celery worker, Redis or the web server dies in the middle of an import: every row is
saved once."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from customers.importing import working
from customers.importing.arriving import receive
from customers.importing.tidying import tidy_up
from customers.models import Customer, ImportRun
from customers.views import import_actions, import_upload
from tests.flows.crew import Crew, database_url, wait_until
from tests.flows.web import Web, die

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

CHUNK = 40
ROWS = 3 * CHUNK
FILE = b"id,name\n" + b"".join(b"C-%05d,Company %d\n" % (n, n) for n in range(ROWS))
GATE = 4711
# The second chunk waits before the gate, which the test holds.
HALT = f"""
    CREATE OR REPLACE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM customers_customer) > {CHUNK} THEN
            PERFORM pg_advisory_xact_lock_shared({GATE});
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER halt AFTER INSERT ON customers_customer FOR EACH STATEMENT
        EXECUTE FUNCTION halt();
"""
GO_ON = "DROP TRIGGER IF EXISTS halt ON customers_customer; DROP FUNCTION IF EXISTS halt"


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _small_chunks(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(working, "CHUNK_ROWS", CHUNK)


@pytest.fixture
def run(ada) -> Iterator[ImportRun]:
    """A checked import whose saving halts in the middle."""
    run = receive("customers", "f.csv", [FILE], user=ada, as_of=date(2026, 1, 1))
    check(run)
    run_sql(HALT)
    yield run
    run_sql(GO_ON)


@pytest.fixture
def gate(run) -> Iterator[psycopg.Connection]:
    """Closed as long as this session lives."""
    with psycopg.connect(database_url(), autocommit=True) as session:
        session.execute("SELECT pg_advisory_lock(%s)", [GATE])
        yield session


@pytest.fixture
def crew(tmp_path, run) -> Iterator[Crew]:
    crew = Crew(tmp_path)
    crew.start()
    yield crew
    crew.stop()


def check(run: ImportRun) -> None:
    assert run.start_checking()
    working.work_on(run.pk)
    run.refresh_from_db()


def now(run: ImportRun) -> ImportRun:
    return ImportRun.objects.get(pk=run.pk)


def is_done(run: ImportRun) -> bool:
    return now(run).state == ImportRun.State.DONE


def is_under_way(run: ImportRun) -> bool:
    return now(run).rows_done > 0


def ring_until_done(crew: Crew, run: ImportRun) -> bool:
    def ring() -> bool:
        crew.ring("customers.jobs.resume_imports")
        return wait_until(lambda: is_done(run), seconds=1)

    return wait_until(ring)


def every_row_is_saved_once(run: ImportRun) -> bool:
    saved = run.rows.filter(verdict="new").count()
    return now(run).counts == {"new": ROWS} and Customer.objects.count() == saved == ROWS


def kill_worker_in_the_middle(crew: Crew, run: ImportRun, gate: psycopg.Connection) -> None:
    assert run.start_saving(run.preview_token())
    crew.ring("customers.jobs.resume_imports")
    assert wait_until(lambda: is_under_way(run))
    crew.kill_worker()
    gate.close()
    assert Customer.objects.count() == now(run).rows_done == CHUNK
    # As if the two minutes of the lease had passed.
    ImportRun.objects.filter(pk=run.pk).update(lease_until=timezone.now())


def test_a_killed_worker_is_replaced_by_the_sweep_and_without_the_sweep_by_nobody(crew, run, gate):
    kill_worker_in_the_middle(crew, run, gate)
    crew.start_worker()

    # The negative twin: with a new worker, but before the sweep rings, nothing goes on.
    assert wait_until(crew.is_listening)
    assert not wait_until(lambda: is_done(run), seconds=2)
    assert ring_until_done(crew, run)
    assert every_row_is_saved_once(run)


@pytest.mark.parametrize("fault", ["kill_broker", "empty_broker"])
def test_a_killed_or_emptied_redis_in_mid_import_loses_and_doubles_nothing(crew, run, gate, fault):
    assert run.start_saving(run.preview_token())
    crew.ring("customers.jobs.resume_imports")
    assert wait_until(lambda: is_under_way(run))

    getattr(crew, fault)()

    assert not is_done(run)
    gate.close()
    assert ring_until_done(crew, run)
    assert every_row_is_saved_once(run)


@pytest.mark.parametrize("is_emptied", [False, True])
def test_without_the_sweep_an_emptied_redis_stops_the_import(crew, run, gate, is_emptied):
    """The negative twin: a bell that waits in Redis would do, and is lost with it."""
    kill_worker_in_the_middle(crew, run, gate)
    crew.ring("customers.jobs.resume_imports")

    if is_emptied:
        crew.empty_broker()
    crew.start_worker()

    assert wait_until(crew.is_listening)
    assert wait_until(lambda: is_done(run), seconds=2 if is_emptied else 60) is not is_emptied
    assert ring_until_done(crew, run)
    assert every_row_is_saved_once(run)


def press_save(web: Web, run: ImportRun) -> int | None:
    return web.press(f"/imports/{run.pk}/save/", preview=run.preview_token())


def dies_before_the_bell() -> None:
    import_actions.ring_for = die


def saves_by_itself() -> None:
    """The design we do not have: no row says what is to be done, the web server does it."""

    def save(run_id: int) -> None:
        for n in range(ROWS):
            Customer.objects.create(external_id=f"C-{n:05}", name=f"Company {n}")

    ImportRun.start_saving = lambda *_args: True
    import_actions.ring_for = lambda pk: threading.Thread(target=save, args=(pk,)).start()


def test_an_import_goes_on_when_the_web_server_dies_in_its_middle(crew, run, gate, ada, web_of):
    web = web_of(ada, broker=crew.valkey.url)
    assert press_save(web, run) == 302
    assert wait_until(lambda: is_under_way(run))

    web.kill()

    assert not is_done(run)
    gate.close()
    assert ring_until_done(crew, run)
    assert every_row_is_saved_once(run)


def test_a_button_is_not_forgotten_when_the_server_dies_before_it_rings(crew, run, ada, web_of):
    assert press_save(web_of(ada, changed=dies_before_the_bell), run) is None
    assert now(run).state == ImportRun.State.SAVING

    # The person sees no answer, and presses again.
    assert press_save(web_of(ada, broker=crew.valkey.url), run) == 302
    assert ring_until_done(crew, run)
    assert every_row_is_saved_once(run)


def test_a_web_server_that_saves_by_itself_would_lose_rows(crew, run, gate, ada, web_of):
    """The negative twin."""
    web = web_of(ada, changed=saves_by_itself)
    assert press_save(web, run) == 302
    assert wait_until(lambda: Customer.objects.count() == CHUNK)

    web.kill()
    gate.close()
    crew.ring("customers.jobs.resume_imports")

    assert not wait_until(lambda: is_done(run), seconds=2)
    assert CHUNK <= Customer.objects.count() < ROWS


def halves_of(upload) -> Iterator[bytes]:
    content = b"".join(upload)
    yield content[: content.rindex(b"\n", 0, len(content) // 2) + 1]
    die()


def dies_while_it_stores() -> None:
    import_upload.receive = lambda noun, name, blocks, **words: receive(
        noun, name, halves_of(blocks), **words
    )


def notes_before_it_has_all() -> None:
    """The design we do not have: the row first, then the rest of the file."""

    def careless(noun, name, blocks, **words):
        blocks = halves_of(blocks)
        receive(noun, name, [next(blocks)], **words)
        next(blocks)

    import_upload.receive = careless


def test_an_upload_that_was_cut_off_leaves_nothing_and_may_be_repeated(ada, web_of, tmp_path):
    dying, web = web_of(ada, changed=dies_while_it_stores), web_of(ada)

    assert dying.upload("/imports/new/", FILE, noun="customers") is None
    assert not ImportRun.objects.exists()
    assert web.upload("/imports/new/", FILE, noun="customers") == 302

    run = ImportRun.objects.get()
    check(run)
    assert run.counts == {"new": ROWS}
    # Half a file of personal data, which nobody asks for, does not stay for ever.
    assert len(list((tmp_path / "imports").iterdir())) == 2
    tidy_up(timezone.now() + timedelta(days=2))
    assert list((tmp_path / "imports").iterdir()) == [run.path]


def test_a_row_noted_before_the_file_is_whole_would_lose_customers(ada, web_of):
    """The negative twin."""
    web = web_of(ada, changed=notes_before_it_has_all)

    assert web.upload("/imports/new/", FILE, noun="customers") is None

    run = ImportRun.objects.get()
    check(run)
    assert 0 < run.counts["new"] < ROWS
