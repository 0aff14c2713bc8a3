"""The roll-up of a day from its events, against counting by hand."""

import uuid
from datetime import datetime, timedelta

import pytest

from customers.models import DirtyDay, UsageEvent
from lib.days import day_bounds
from metrics.models import DailyUsage, PersonDay
from metrics.usage import recount_dirty_days, roll_up_usage, usage_history, uses_by_day
from tests.factories import DAY, NOON

pytestmark = pytest.mark.django_db
START, END = day_bounds(DAY)


def happened(customer_id: int, at: datetime, *, person: str = "pat", quantity: int = 1) -> None:
    UsageEvent.objects.create(
        customer_id=customer_id, client_ts=at, event_id=uuid.uuid4(), source_id=1,
        message_id=str(uuid.uuid4()), person=person, kind="track", name="export",
        quantity=quantity, seconds=5, occurred_at=at,
    )  # fmt: skip


def counted_by_hand() -> dict[int, tuple[int, int, int]]:
    events = [e for e in UsageEvent.objects.all() if START <= e.occurred_at < END]
    return {
        customer: (
            sum(e.quantity for e in events if e.customer_id == customer),
            len({e.person for e in events if e.customer_id == customer and e.person}),
            sum(e.seconds for e in events if e.customer_id == customer),
        )
        for customer in {e.customer_id for e in events}
    }


def stored() -> dict[int, tuple[int, int, int]]:
    rows = DailyUsage.objects.filter(day=DAY)
    return {r.customer_id: (r.event_count, r.active_people, r.seconds) for r in rows}


def test_the_rollup_agrees_with_counting_by_hand_and_may_be_repeated():
    for at in (START, NOON, END - timedelta(microseconds=1), END, START - timedelta(seconds=1)):
        happened(1, at)
        happened(1, at, person="kim", quantity=3)
        happened(2, at, person="")

    roll_up_usage(DAY)
    roll_up_usage(DAY)

    assert stored() == counted_by_hand() == {1: (12, 2, 30), 2: (3, 0, 15)}
    assert PersonDay.objects.count() == 2


def test_a_marked_day_is_counted_again_and_withdrawn_events_leave():
    happened(1, NOON)
    roll_up_usage(DAY)
    UsageEvent.objects.all().delete()
    happened(2, NOON)
    DirtyDay.objects.create(day=DAY)
    DirtyDay.objects.create(day=DAY + timedelta(days=1))

    recounted = recount_dirty_days(DAY)

    assert recounted == [DAY]
    assert stored() == {2: (1, 1, 5)}
    assert DirtyDay.objects.get().day == DAY + timedelta(days=1)


def test_a_day_of_long_ago_is_counted_in_and_what_was_counted_before_stays():
    happened(1, NOON)
    for customer_id, counted in ((1, 7), (2, 3)):
        DailyUsage.objects.create(
            customer_id=customer_id, day=DAY, event_count=counted, active_people=1, seconds=5
        )
    happened(3, NOON, quantity=4)
    DirtyDay.objects.create(day=DAY)

    assert recount_dirty_days(DAY + timedelta(days=500)) == [DAY]

    assert {key: value[0] for key, value in stored().items()} == {1: 7, 2: 3, 3: 4}
    assert not DirtyDay.objects.exists()


def test_days_without_use_are_there_with_zeros():
    happened(1, NOON, quantity=4)
    roll_up_usage(DAY)

    history = usage_history(1, DAY - timedelta(days=1), DAY + timedelta(days=1))

    assert [point.event_count for point in history] == [0, 4]
    assert uses_by_day([1, 2], DAY, days=2) == {1: [0, 4], 2: [0, 0]}
