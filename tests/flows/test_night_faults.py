"""Whatever dies in the middle of a night: one score for each customer, one task for each alert.

The oracle is the same night closed undisturbed. The clock is played by the test, which rings as
the timetable does, only more often.
"""

import threading
from collections.abc import Callable

import pytest
from django.utils import timezone

from customers.models import Customer, Task
from metrics import jobs
from metrics.daily import close_day
from metrics.jobs import newest_due_day
from metrics.models import Alert, Night, NightChunk, Snapshot
from metrics.nights import open_night
from tests.factories import DAY
from tests.flows.crew import Crew, wait_until
from tests.flows.night import SETTINGS, fingerprint, forget_conclusions, quiet_night, run_sql
from tests.flows.web import Web

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

SLOW = """
    DROP TRIGGER IF EXISTS dawdle ON metrics_healthscore;
    CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.12); RETURN NULL; END $$;
    CREATE TRIGGER dawdle AFTER INSERT ON metrics_healthscore FOR EACH STATEMENT
        EXECUTE FUNCTION dawdle();
"""
QUICK = "DROP TRIGGER IF EXISTS dawdle ON metrics_healthscore; DROP FUNCTION IF EXISTS dawdle"


@pytest.fixture
def undisturbed(settings) -> str:
    settings.NIGHT_CHUNK_SIZE = SETTINGS["NIGHT_CHUNK_SIZE"]
    return quiet_night()


@pytest.fixture(scope="module")
def crew(tmp_path_factory, django_db_setup):
    crew = Crew(tmp_path_factory.mktemp("crew"), **SETTINGS)
    yield crew
    crew.stop()


def wake(crew: Crew) -> None:
    """Started at its first use, when there is a database to give signs in."""
    if crew.valkey.process is None:
        crew.start()
    # Bells of the test before.
    crew.empty_broker()


@pytest.fixture
def slow_night(crew, undisturbed):
    """A night that is some chunks in, and takes long enough to be hit."""
    wake(crew)
    run_sql(SLOW)
    open_night(DAY)
    try:
        assert ring_until(crew, is_under_way)
        yield undisturbed
    finally:
        run_sql(QUICK)


def is_under_way() -> bool:
    return NightChunk.objects.filter(state="done").count() >= 2


def is_over() -> bool:
    return Night.objects.filter(day=DAY, state=Night.State.DONE).exists()


def are_all_over() -> bool:
    return not Night.objects.exclude(state=Night.State.DONE).exists()


def ring_until(crew: Crew, what: Callable[[], bool]) -> bool:
    def ring() -> bool:
        crew.ring("metrics.jobs.resume_nights")
        return wait_until(what, seconds=0.3)

    return wait_until(ring)


def restart_worker(crew: Crew) -> None:
    crew.kill_worker()
    crew.start_worker()


@pytest.mark.parametrize(
    "fault",
    [Crew.kill_a_child, Crew.empty_broker, Crew.kill_broker, restart_worker],
    ids=["a child is killed", "redis is emptied", "redis is killed", "the worker is killed"],
)
def test_the_night_ends_as_if_nothing_had_happened(slow_night, crew, fault):
    fault(crew)

    assert ring_until(crew, is_over)
    assert fingerprint() == slow_night
    assert Alert.objects.count() == Task.objects.count() > 5
    assert Customer.objects.count() == Snapshot.objects.count()


def press_close(web: Web) -> None:
    run_sql(SLOW)
    try:
        assert web.press("/nights/close/") == 302
        assert wait_until(is_under_way)
    finally:
        web.kill()


def closes_by_itself() -> None:
    """The design we do not have: the web server does the work of the worker."""
    day = newest_due_day(timezone.now())
    jobs.resume_nights.delay_on_commit = threading.Thread(target=close_day, args=[day]).start


def test_a_night_goes_on_when_the_web_server_dies_in_its_middle(crew, undisturbed, ada, web_of):
    wake(crew)
    press_close(web_of(ada, broker=crew.valkey.url))

    assert ring_until(crew, are_all_over)
    run_sql(QUICK)
    made, day = fingerprint(), Night.objects.get().day
    forget_conclusions()
    # The crew may still answer an old ring.
    assert wait_until(lambda: close_day(day).is_done)
    assert fingerprint() == made


def test_a_night_that_the_web_server_closes_by_itself_ends_with_it(crew, undisturbed, ada, web_of):
    """The negative twin; then the sweep of the workers finishes it all the same."""
    wake(crew)
    press_close(web_of(ada, changed=closes_by_itself))

    assert not wait_until(are_all_over, seconds=2)
    assert ring_until(crew, are_all_over)
    run_sql(QUICK)


def test_without_the_clock_that_rings_again_an_emptied_redis_stops_the_night(slow_night, crew):
    """The negative twin: what keeps the promise is the sweep, not the queue."""
    crew.kill_worker()
    crew.empty_broker()
    crew.start_worker()

    assert wait_until(crew.is_listening)
    assert not wait_until(is_over, seconds=2)
    assert ring_until(crew, is_over)
