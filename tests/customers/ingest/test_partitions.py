"""Room for usage events is made ahead and dropped behind."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.test import Client
from django.utils import timezone

from customers.ingest import store_events
from customers.ingest.partitions import keep_partitions, room_ends_on
from customers.models import DirtyDay, UsageEvent
from customers.models.usage_event import USAGE_EVENTS
from lib.partitions import drop_partition, make_partitions, partitions_of
from metrics.models import DailyUsage
from metrics.usage import recount_dirty_days
from tests.customers.ingest.test_storing import an_event
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MIGRATION = "customers.migrations.0004_first_partitions_of_usage_events"
OLD = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)


def firsts():
    return [first for _name, first in partitions_of(USAGE_EVENTS)]


def test_three_months_ahead_and_400_days_back_are_made_and_again_nothing():
    drop_partition(USAGE_EVENTS, max(firsts()))
    later = datetime(2027, 1, 4, tzinfo=UTC)

    made, _dropped = keep_partitions(later)
    again, _dropped = keep_partitions(later)

    assert (made > 0, again) == (True, 0)
    assert room_ends_on() >= date(2027, 4, 4)
    assert min(firsts()) <= date(2025, 12, 1)


def test_old_events_are_dropped_with_their_partition():
    make_partitions(USAGE_EVENTS, OLD.date(), OLD.date() + timedelta(days=1))
    store_events([an_event("old", at=OLD, received_at=OLD)], now=NOON)
    DirtyDay.objects.all().delete()

    _made, dropped = keep_partitions(NOON)

    assert dropped >= 1
    assert min(firsts()) >= NOON.date() - timedelta(days=407)


def test_old_events_that_were_imported_lately_stay_for_30_days():
    store_events([an_event("old", at=OLD, received_at=NOON)], now=NOON)
    DirtyDay.objects.all().delete()

    keep_partitions(NOON + timedelta(days=29))
    kept = min(firsts())
    keep_partitions(NOON + timedelta(days=31))

    assert kept < OLD.date()
    assert min(firsts()) > OLD.date()


def test_imported_days_that_no_night_has_counted_yet_are_never_dropped():
    store_events([an_event("old", at=OLD, received_at=OLD)], now=NOON)
    assert DirtyDay.objects.filter(day=OLD.date()).exists()

    keep_partitions(NOON)
    assert UsageEvent.objects.filter(message_id="old").exists()

    recount_dirty_days(NOON.date())
    keep_partitions(NOON)
    assert not UsageEvent.objects.filter(message_id="old").exists()
    assert DailyUsage.objects.get().day == OLD.date()


def test_an_empty_installation_has_room_for_events_right_after_migrate():
    """From the clock of the day it migrates; what was made for tests goes before."""
    for first in firsts():
        drop_partition(USAGE_EVENTS, first)
    today = timezone.now().date()

    import_module(MIGRATION).make_first_partitions(apps=None, schema_editor=None)

    wanted = {USAGE_EVENTS.first_day_of(today + timedelta(days=n)) for n in range(-400, 90, 7)}
    assert wanted <= set(firsts())


@pytest.mark.parametrize(("days_left", "status"), [(45, 200), (20, 503)])
def test_we_are_not_ready_when_room_ends_within_a_month(time_machine, days_left, status):
    time_machine.move_to(datetime.combine(room_ends_on(), NOON.time(), UTC) - timedelta(days_left))

    answer = Client().get("/health/ready/")

    assert answer.status_code == status
