"""PostgreSQL crashes in the middle of a night and of a sending, and comes back."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from customers.models import Task
from metrics import daily, nights
from metrics.models import Alert, HealthScore, Night, NightChunk
from outreach.models import Message
from tests import processes
from tests.factories import DAY, MessageFactory
from tests.flows.crew import Crew, database_url, wait_until
from tests.flows.night import CUSTOMERS, SETTINGS, fingerprint, quiet_night, run_sql
from tests.flows.own_postgres import OwnPostgres, living_in_own_postgres
from tests.outreach import workers
from tests.outreach.conftest import mailing, post

__all__ = ["mailing", "post"]
pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

GATE = 4712
# From the third chunk on, workers wait in the middle of one before the gate.
HALT = f"""
    CREATE OR REPLACE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM metrics_healthscore) > 2 * {SETTINGS["NIGHT_CHUNK_SIZE"]} THEN
            PERFORM pg_advisory_xact_lock_shared({GATE});
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER halt AFTER INSERT ON metrics_healthscore FOR EACH STATEMENT
        EXECUTE FUNCTION halt();
"""
GO_ON = "DROP TRIGGER halt ON metrics_healthscore; DROP FUNCTION halt"
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory'"


@pytest.fixture(scope="module")
def postgres(django_db_setup, tmp_path_factory) -> Iterator[OwnPostgres]:
    with living_in_own_postgres(tmp_path_factory.mktemp("own") / "postgres") as server:
        yield server


@pytest.fixture
def oracle(postgres, settings) -> str:
    settings.NIGHT_CHUNK_SIZE = SETTINGS["NIGHT_CHUNK_SIZE"]
    return quiet_night()


@contextmanager
def night_in_its_middle(crew: Crew) -> Iterator[int]:
    """Two chunks are done, a worker is in the third. Gives the pid of its session."""
    run_sql(HALT)
    nights.open_night(DAY)
    with psycopg.connect(database_url(), autocommit=True) as gate:
        gate.execute("SELECT pg_advisory_lock(%s)", [GATE])
        crew.start()
        crew.ring("metrics.jobs.resume_nights")
        assert wait_until(lambda: run_sql(WAITING))
        yield run_sql(WAITING)[0][0]
    run_sql(GO_ON)


def ring_until_over(crew: Crew) -> bool:
    def is_over() -> bool:
        crew.ring("metrics.jobs.resume_nights")
        return wait_until(Night.objects.filter(state=Night.State.DONE).exists, seconds=0.5)

    return wait_until(is_over)


@contextmanager
def crew_in(folder, changed: Callable[[], None] = lambda: None) -> Iterator[Crew]:
    crew = Crew(folder, changed, **SETTINGS)
    try:
        yield crew
    finally:
        crew.stop()


def restart(postgres: OwnPostgres, _session: int = 0) -> None:
    postgres.crash()
    postgres.recover()


@pytest.mark.parametrize("fault", [restart, OwnPostgres.kill_a_backend])
def test_a_night_ends_as_if_nothing_had_happened(oracle, postgres, tmp_path, fault):
    with crew_in(tmp_path) as crew:
        with night_in_its_middle(crew) as session:
            fault(postgres, session)

        assert ring_until_over(crew)
        assert fingerprint() == oracle
        assert Alert.objects.count() == Task.objects.count() > 5


def notes_before_it_works() -> None:
    """The design we do not have: a chunk is done when it is taken."""

    @contextmanager
    def holding(claim: nights.Claim) -> Iterator[NightChunk]:
        yield NightChunk.objects.get(pk=claim.pk)

    def claim(day) -> nights.Claim | None:
        taken = nights.claim_chunk(day)
        if taken:
            NightChunk.objects.filter(pk=taken.pk).update(state=NightChunk.State.DONE)
        return taken

    daily.claim_chunk, daily.holding_chunk = claim, holding


def test_chunks_noted_before_their_work_would_be_lost(oracle, postgres, tmp_path):
    """The negative twin."""
    with crew_in(tmp_path, notes_before_it_works) as crew:
        with night_in_its_middle(crew):
            restart(postgres)

        assert ring_until_over(crew)
        assert 0 < HealthScore.objects.count() < CUSTOMERS


def send_through_a_crash(way, post, postgres: OwnPostgres) -> None:
    """The server goes after the third mail was taken and before it is written down."""

    crashed = threading.Event()

    def trouble(stage: str, _recipient: str) -> str:
        if stage == "end" and post.taken.total() == 3 and not crashed.is_set():
            postgres.crash()
            crashed.set()
        return ""

    post.trouble = trouble
    first = workers.start(way)
    try:
        assert crashed.wait(60)
        assert processes.ended(first) == 1
        postgres.recover()
        heir = workers.start(way)
        unfinished = Message.objects.filter(state__in=["ready", "claimed", "handed"])
        assert wait_until(lambda: not unfinished.exists())
        processes.kill(heir)
    finally:
        processes.kill(first)


def test_a_sending_doubles_nothing_and_names_what_it_does_not_know(
    postgres, mailing, post, settings
):
    settings.EMAIL_TIMEOUT = 60
    MessageFactory.create_batch(8, mailing=mailing)

    send_through_a_crash(workers.our_way, post, postgres)

    states = Message.objects.counts_by_state()
    assert set(post.taken.values()) == {1}
    assert sum(states.values()) == 8
    # What was written down in the last moments before the crash may be gone, and is then unknown.
    assert "unknown" in states
    assert set(states) <= {"sent", "unknown"}
    assert post.taken.total() <= 8


def test_a_sending_that_is_written_down_afterwards_would_send_twice(
    postgres, mailing, post, settings
):
    """The negative twin."""
    settings.EMAIL_TIMEOUT = 60
    MessageFactory.create_batch(8, mailing=mailing)

    send_through_a_crash(workers.mark_after_sending, post, postgres)

    assert max(post.taken.values()) == 2
