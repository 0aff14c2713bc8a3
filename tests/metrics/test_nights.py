"""Who may work on what, and whose work counts: tokens, tries, missed nights, odd days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Task
from metrics import daily, nights
from metrics.alerts.tasks import open_tasks
from metrics.daily import close_day
from metrics.jobs import newest_due_day
from metrics.models import Alert, HealthScore, Night, NightChunk, Scorecard, Snapshot
from tests.factories import DAY, NOON, CustomerFactory, SurveyFactory, TaskFactory

pytestmark = pytest.mark.django_db
YESTERDAY = DAY - timedelta(days=1)
EVERYBODY = {"first": 0, "last": 2**62}


@pytest.fixture
def chunk(settings):
    """A night that is begun, with one chunk of four customers."""
    customers = CustomerFactory.create_batch(4)
    Snapshot.objects.create(customer=customers[1], day=YESTERDAY, health_score=55)
    nights.open_night(DAY)
    daily.begin_night(DAY)
    return customers


def overtaken() -> nights.Claim:
    """A claim whose owner slept until somebody else did the work."""
    claim = nights.claim_chunk(DAY)
    NightChunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    daily.close_next_chunk(DAY)
    return claim


def write_late(claim: nights.Claim) -> None:
    with nights.holding_chunk(claim) as chunk:
        chunk.report = {"scores": 999}


def test_who_was_overtaken_writes_nothing(chunk):
    claim = overtaken()

    with pytest.raises(nights.OvertakenError):
        write_late(claim)

    assert NightChunk.objects.get().report["scores"] == 4


def test_without_the_token_the_late_write_would_count(chunk, monkeypatch):
    claim = overtaken()
    monkeypatch.setattr(nights, "_still_holds", lambda *_: True)

    write_late(claim)

    assert NightChunk.objects.get().report["scores"] == 999


def refuse(customer_id: int) -> None:
    """A customer whose data make the formula fail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NEW.customer_id = {customer_id} THEN RAISE 'impossible'; END IF;"
            " RETURN NEW; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON metrics_healthscore FOR EACH ROW"
            " EXECUTE FUNCTION refuse()"
        )


def test_one_customer_that_cannot_be_scored_does_not_stop_the_others(chunk):
    refuse(chunk[1].pk)

    report = close_day(DAY)

    stale = Snapshot.objects.get(customer=chunk[1])
    assert report.is_done
    assert report.counts["failed_customers"] == [chunk[1].pk]
    assert set(HealthScore.objects.values_list("customer_id", flat=True)) == {
        chunk[0].pk, chunk[2].pk, chunk[3].pk
    }  # fmt: skip
    assert (stale.health_score, stale.stale_since) == (55, DAY)
    assert "impossible" in NightChunk.objects.get(state="failed").failure


def test_without_cutting_the_chunk_its_neighbours_would_have_no_score(chunk):
    refuse(chunk[1].pk)

    for _ in range(nights.TRIES):
        daily.close_next_chunk(DAY)

    assert not HealthScore.objects.exists()


def test_a_chunk_that_kills_its_workers_is_cut_too(chunk):
    for _ in range(nights.TRIES):
        nights.claim_chunk(DAY)
        NightChunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    nights.claim_chunk(DAY)

    assert NightChunk.objects.count() == 2


def test_a_scorecard_published_in_the_night_waits_for_the_next_one(chunk):
    Scorecard.objects.create(version=2, measures=Scorecard.objects.get().measures)

    close_day(DAY)
    close_day(DAY + timedelta(days=1))

    versions = dict(HealthScore.objects.values_list("day", "scorecard_version"))
    assert versions == {DAY: 1, DAY + timedelta(days=1): 2}


@pytest.mark.django_db(transaction=True)
def test_two_clocks_and_two_clicks_make_one_night():
    def ask(_n: int) -> list[date]:
        try:
            return nights.open_nights(DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))

    assert Night.objects.count() == 1
    assert answers == [[DAY]] * 8


def test_missed_nights_are_made_up_oldest_first_and_not_without_end(settings):
    settings.NIGHTS_MADE_UP = 5
    Night.objects.create(day=DAY - timedelta(days=3), state=Night.State.DONE)

    missed = nights.open_nights(DAY)
    much_later = nights.open_nights(DAY + timedelta(days=100))

    assert missed == [DAY - timedelta(days=n) for n in (2, 1, 0)]
    assert len(much_later) == 3 + 5


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Berlin", "America/New_York"])
def test_every_local_day_is_due_once_through_a_leap_year(settings, zone):
    """With nights of 23 and 25 hours and 29 February."""
    settings.REPORTING_TIME_ZONE = zone
    start = datetime(2028, 1, 2, 12, tzinfo=UTC)

    due = [newest_due_day(start + timedelta(minutes=30 * n)) for n in range(48 * 360)]

    days = sorted(set(due))
    assert due == sorted(due)
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert date(2028, 2, 29) in days


def red(customer) -> Alert:
    return Alert.objects.create(customer=customer, kind="went_red", day=DAY, details={"score": 9})


def test_an_alert_whose_link_was_lost_still_has_one_task(ana):
    alert = red(CustomerFactory(csm=ana))
    open_tasks(DAY, **EVERYBODY)
    Alert.objects.update(task=None)

    open_tasks(DAY, **EVERYBODY)

    alert.refresh_from_db()
    assert Task.objects.get() == alert.task


def test_without_the_origin_key_it_would_have_two(ana):
    red(CustomerFactory(csm=ana))
    open_tasks(DAY, **EVERYBODY)
    Alert.objects.update(task=None)
    Task.objects.update(origin_key=None)

    open_tasks(DAY, **EVERYBODY)

    assert Task.objects.count() == 2


def test_a_dismissed_alert_is_not_raised_again_while_its_cause_lasts(ana):
    customer = CustomerFactory(csm=ana)
    customer.responses.create(survey_id=SurveyFactory().pk, score=1, answered_at=NOON)
    close_day(DAY)
    Alert.objects.get(kind="detractor").dismiss(by=ana, reason="known")

    close_day(DAY + timedelta(days=1))
    close_day(DAY + timedelta(days=40))

    assert Alert.objects.filter(kind="detractor").count() == 1
    assert Alert.objects.get(kind="detractor").settled_at


def test_nothing_new_is_raised_while_the_task_sleeps_and_it_reopens_afterwards(ana):
    customer = CustomerFactory(csm=ana)
    customer.responses.create(survey_id=SurveyFactory().pk, score=1, answered_at=NOON)
    subject = f"response:{customer.responses.get().pk}"
    task = TaskFactory(customer=customer, reason="detractor", snoozed_until=DAY + timedelta(2))
    alert = Alert.objects.create(customer=customer, kind="detractor", subject=subject, day=DAY,
                                 details={}, task=task, settled_at=NOON)  # fmt: skip

    close_day(DAY)
    asleep = Alert.objects.filter(settled_at__isnull=True).count()
    close_day(DAY + timedelta(days=2))

    alert.refresh_from_db()
    assert asleep == 0
    assert (Alert.objects.count(), alert.settled_at, Task.objects.count()) == (1, None, 1)


def test_an_unhappy_answer_that_has_its_task_already_gets_no_second_one(ana):
    customer = CustomerFactory(csm=ana)
    task = TaskFactory(customer=customer)
    customer.responses.create(survey_id=SurveyFactory().pk, score=1, answered_at=NOON, task=task)

    close_day(DAY)

    assert Alert.objects.get().task == Task.objects.get() == task
