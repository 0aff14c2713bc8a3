"""What arrives becomes daily usage, however late and in whatever order."""

from datetime import date, timedelta

import pytest

from customers.models import DirtyDay
from metrics.models import DailyUsage, PersonDay
from metrics.usage import roll_up_usage
from tests.customers.ingest.conftest import a_track
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 15)


def counted():
    return list(DailyUsage.objects.values_list("day", "event_count", "active_people", "seconds"))


def test_calls_that_only_say_who_somebody_is_are_no_use_of_the_product(batch, bakery):
    calls = [
        a_track(2, type="identify", userId="lou"),
        a_track(3, type="group", userId="kim", groupId="bakery"),
    ]
    batch(a_track(1, properties={"$quantity": 3, "$seconds": 90}), *calls)

    roll_up_usage(DAY)

    assert counted() == [(DAY, 3, 1, 90)]
    assert list(PersonDay.objects.values_list("person", flat=True)) == ["pat"]


def test_late_and_shuffled_events_add_up_to_the_same_days(batch, bakery):
    ages = [17, 3, 0, 39, 3, 1]
    items = [
        a_track(n, timestamp=(NOON - timedelta(days=age)).isoformat()) for n, age in enumerate(ages)
    ]
    batch(*items[:4])
    batch(*items[2:])

    days = sorted({DAY - timedelta(days=age) for age in ages})
    for day in days:
        roll_up_usage(day)

    assert [(day, count) for day, count, *_ in sorted(counted())] == [
        (day, ages.count((DAY - day).days)) for day in days
    ]
    assert list(DirtyDay.objects.values_list("day", flat=True)) == days[:-1]
