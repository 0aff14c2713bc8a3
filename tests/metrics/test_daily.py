"""The story of one day, told to its end by one process."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Task
from metrics.catalogue import BY_CODE
from metrics.daily import close_day
from metrics.models import Alert, CompanyDay, DailyUsage, HealthScore, Night, Snapshot
from metrics.question import question_of
from tests.factories import (
    DAY,
    NOON,
    CustomerFactory,
    ResponseFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
)

pytestmark = pytest.mark.django_db


def use(customer, day: date, count: int, people: int = 1) -> None:
    DailyUsage.objects.create(
        customer_id=customer.pk, day=day, event_count=count, active_people=people, seconds=0
    )


def subscribed(**facts):
    customer = CustomerFactory(last_touch_at=NOON - timedelta(days=3), **facts)
    SubscriptionVersionFactory(subscription=SubscriptionFactory(customer=customer))
    return customer


def test_a_customer_whose_health_falls_becomes_one_task_for_its_csm(ana):
    bakery = subscribed(name="Bakery", csm=ana)
    use(bakery, DAY - timedelta(days=40), 100, people=8)
    use(bakery, DAY - timedelta(days=8), 95, people=8)
    close_day(DAY - timedelta(days=7))
    ResponseFactory(customer=bakery, score=2)
    DailyUsage.objects.filter(day__gt=DAY - timedelta(days=30)).update(event_count=1)

    close_day(DAY)
    close_day(DAY)

    kinds = set(Alert.objects.values_list("kind", flat=True))
    tasks = Task.objects.filter(customer=bakery)
    assert {"score_fell", "usage_fell", "detractor"} <= kinds
    assert tasks.count() == Alert.objects.count() == len(kinds)
    assert {task.assignee for task in tasks} == {ana}


def test_the_night_leaves_a_score_with_its_parts_and_a_snapshot(ana):
    bakery = subscribed(csm=ana)
    use(bakery, DAY - timedelta(days=40), 100)
    use(bakery, DAY, 90, people=6)

    report = close_day(DAY)

    score = HealthScore.objects.get(customer_id=bakery.pk, day=DAY)
    snapshot = Snapshot.objects.get()
    assert report.is_done
    # trend −0.1 -> 66.67, share 0.6 -> 71.43, touch 3 days -> 100, no tickets 100, paid 100
    assert score.score == Decimal("81.51")
    assert score.coverage == Decimal("0.85")
    assert score.parts["last_nps"]["input"] is None
    assert (snapshot.health_score, snapshot.health_band) == (score.score, "green")
    assert (snapshot.mrr, snapshot.active_people_28, snapshot.usage_28) == (100_000, 6, 90)


def test_the_night_sums_the_company_up(ana):
    subscribed(csm=ana)
    CustomerFactory(csm=ana, churned_on=DAY)

    close_day(DAY)

    day, tomorrow = CompanyDay.objects.get(), DAY + timedelta(days=1)
    assert (day.customers, day.paying_customers, day.mrr) == (1, 1, 100_000)
    assert BY_CODE["mrr"].answer(question_of({"day": str(DAY)}, tomorrow)).value == 100_000
    assert Night.objects.get().state == Night.State.DONE
