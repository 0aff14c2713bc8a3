"""After a change of what counts as use, the ends of past months follow night by night."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from customers.models import DirtyDay, UsageEvent
from customers.models.usage_event import USAGE_EVENTS
from lib.partitions import make_partitions
from metrics.counting_again import DAYS_A_NIGHT, count_again, recount_waiting_days
from metrics.daily import close_day
from metrics.models import CustomerEngagement, DailyUsage, Feature, Insider, WaitingDay
from metrics.partitions import make_room_for
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
MARCH, TODAY = date(2025, 3, 31), date(2025, 5, 20)
A_DAY = timedelta(days=1)


@pytest.fixture
def customer():
    """Pat and a robot, who used it on the last day of March."""
    make_partitions(USAGE_EVENTS, MARCH - A_DAY, MARCH + A_DAY)
    made = CustomerFactory()
    noon = datetime(2025, 3, 31, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    for person in ("pat", "robot"):
        UsageEvent.objects.create(
            customer_id=made.pk, client_ts=noon, event_id=uuid.uuid4(), source_id=1, quantity=5,
            message_id=person, person=person, kind="track", name="export", occurred_at=noon,
        )  # fmt: skip
    close_day(MARCH)
    return made


def march():
    return CustomerEngagement.objects.get(day=MARCH)


def test_who_is_named_as_ours_leaves_past_month_ends_too(customer):
    assert march().people == 2
    Insider.objects.create(mark="robot")

    count_again(TODAY)
    close_day(TODAY - A_DAY)

    assert march().people == 1


def test_a_feature_that_became_core_has_its_uses_at_past_month_ends(customer):
    Feature.objects.update(is_core=False)
    count_again(TODAY)
    close_day(TODAY - A_DAY)
    assert march().features == {}
    Feature.objects.update(is_core=True)

    count_again(TODAY)
    close_day(TODAY)

    assert list(march().features.values()) == [10]


def test_the_newest_days_come_first_and_only_so_many_a_night(customer):
    count_again(TODAY)
    waiting = list(WaitingDay.objects.values_list("day", flat=True))

    recounted = recount_waiting_days(TODAY)

    assert waiting[0] == min(DirtyDay.objects.values_list("day", flat=True)) - A_DAY
    assert waiting[-1] == TODAY - timedelta(days=400)
    assert list(WaitingDay.objects.values_list("day", flat=True)) == waiting[DAYS_A_NIGHT:]
    assert recounted == [MARCH]


def test_a_day_that_came_in_counted_stays_as_it_is(customer):
    day = MARCH - A_DAY
    make_room_for(day)
    DailyUsage.objects.create(
        customer_id=customer.pk, day=day, event_count=7, active_people=1, seconds=0
    )
    count_again(TODAY)

    recount_waiting_days(TODAY)

    assert DailyUsage.objects.get(day=day).event_count == 7
