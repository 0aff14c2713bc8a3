"""What comes in after a night is counted soon, not only after the next one."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from customers.models import Customer, ImportRun
from lib.days import today
from metrics import jobs
from metrics.catalogue import BY_CODE
from metrics.daily import close_day
from metrics.models import Alert, CompanyDay, HealthScore, Night
from metrics.question import question_of
from metrics.reopening import reopen, reopen_if_facts_came
from tests.factories import CustomerFactory, SubscriptionFactory, SubscriptionVersionFactory

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def yesterday() -> date:
    """A night without anybody, as a new installation has one."""
    day = today() - timedelta(days=1)
    close_day(day)
    return day


def somebody_comes() -> None:
    contract = SubscriptionFactory(customer=CustomerFactory(segment="New"))
    SubscriptionVersionFactory(subscription=contract, effective_on=date(2025, 1, 1), price=10)


def mrr(day: date) -> int:
    return BY_CODE["mrr"].answer(question_of({"day": str(day), "segment": "New"}, today())).value


def test_the_newest_night_is_counted_again_for_who_came_since(yesterday):
    somebody_comes()

    assert reopen_if_facts_came(timezone.now() + A_MINUTE)
    close_day(yesterday)

    assert mrr(yesterday) == 100
    assert CompanyDay.objects.get().paying_customers == 1
    assert not reopen_if_facts_came(timezone.now() + A_MINUTE)


def test_a_night_that_is_counted_again_still_tells_whom_it_scored_before(yesterday):
    told = []
    for _time in range(2):
        somebody_comes()
        reopen(Night.objects.get())
        close_day(yesterday)
        told.append(Night.objects.get().report["scores"])

    assert told == [1, 2]


def test_without_it_the_figures_would_wait_for_the_next_night(yesterday):
    somebody_comes()

    close_day(yesterday)

    assert mrr(yesterday) == 0


def test_the_clock_asks_for_it(yesterday, monkeypatch):
    somebody_comes()
    later = timezone.now() + A_MINUTE
    monkeypatch.setattr(jobs, "newest_due_day", lambda now: yesterday)
    monkeypatch.setattr(jobs.timezone, "now", lambda: later)

    jobs.close_due_days()

    assert mrr(yesterday) == 100


def test_it_waits_for_files_that_are_being_saved_and_for_a_quiet_moment(yesterday):
    somebody_comes()
    run = ImportRun.objects.create(noun="customers", state=ImportRun.State.SAVING)

    assert not reopen_if_facts_came(timezone.now() + A_MINUTE)
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.DONE)
    assert not reopen_if_facts_came(timezone.now())
    assert reopen_if_facts_came(timezone.now() + A_MINUTE)


def test_a_file_that_is_taken_back_is_noticed_too(yesterday):
    run = ImportRun.objects.create(
        noun="customers", state=ImportRun.State.UNDONE,
        finished_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip

    assert not reopen_if_facts_came(timezone.now() + A_MINUTE)
    ImportRun.objects.filter(pk=run.pk).update(undone_at=timezone.now())
    assert reopen_if_facts_came(timezone.now() + A_MINUTE)


def test_a_night_that_takes_long_is_not_repeated_at_once(yesterday):
    began = timezone.now() - timedelta(minutes=10)
    Night.objects.update(started_at=began, finished_at=began + timedelta(minutes=5))
    somebody_comes()

    assert not reopen_if_facts_came(timezone.now() + A_MINUTE)
    assert reopen_if_facts_came(timezone.now() + timedelta(hours=1))


def test_counting_a_night_again_doubles_nothing(yesterday):
    somebody_comes()
    reopen(Night.objects.get())
    close_day(yesterday)
    before = HealthScore.objects.count(), Alert.objects.count(), mrr(yesterday)

    night = Night.objects.get()
    assert reopen(night)
    assert not reopen(night)
    close_day(yesterday)

    assert (HealthScore.objects.count(), Alert.objects.count(), mrr(yesterday)) == before
    assert Customer.objects.count() == 1
