"""The one way into the table of usage events."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from customers.ingest import NewEvent, event_id_of, store_events, withdraw_events
from customers.models import DirtyDay, UsageEvent

NOW = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
SHOP, BAKERY = 1, 2

pytestmark = pytest.mark.django_db


def an_event(message_id="m-1", customer_id=SHOP, at=NOW, source_id=7, **changes):
    event = NewEvent(
        customer_id=customer_id,
        client_ts=at,
        event_id=event_id_of(source_id, message_id),
        source_id=source_id,
        message_id=message_id,
        person="pat",
        kind="track",
        name="Invoice sent",
        quantity=1,
        seconds=0,
        occurred_at=at,
        received_at=NOW,
    )
    return event._replace(**changes)


def stored_ids():
    return sorted(UsageEvent.objects.values_list("message_id", flat=True))


def test_an_event_is_stored_as_it_was_given():
    event = an_event(name="Tab\t, line\n and back\\slash", properties='{"path":"C:\\\\x\\ny"}')

    done = store_events([event], now=NOW)

    row = UsageEvent.objects.get()
    assert done.count == 1
    assert row.name == "Tab\t, line\n and back\\slash"
    assert row.properties == {"path": "C:\\x\ny"}
    assert (row.occurred_at, row.person, row.event_id.hex) == (NOW, "pat", event.event_id)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"customer_id": BAKERY},
        {"client_ts": NOW - timedelta(seconds=5)},
        {"name": "Something else"},
    ],
    ids=["the same", "another customer", "another time", "another name"],
)
def test_a_message_sent_again_is_stored_once_whatever_changed(changes):
    store_events([an_event()], now=NOW)

    done = store_events([an_event(**changes)], now=NOW)

    assert (done.count, done.duplicates) == (0, {an_event().event_id})
    assert UsageEvent.objects.get().name == "Invoice sent"


def test_the_key_of_the_table_still_holds_when_the_message_was_forgotten():
    store_events([an_event()], now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_seenmessage")

    done = store_events([an_event()], now=NOW)

    assert (done.count, UsageEvent.objects.count()) == (0, 1)


def test_two_sources_may_use_the_same_message_id():
    done = store_events([an_event(source_id=7), an_event(source_id=8)], now=NOW)

    assert done.count == 2


def test_of_duplicates_inside_one_call_the_first_is_stored():
    done = store_events([an_event(name="first"), an_event(name="second")], now=NOW)

    assert done.count == 1
    assert UsageEvent.objects.get().name == "first"


@pytest.mark.parametrize(
    "poison", ["\x00", "\\u0000", "\ud800"], ids=["raw NUL", "escaped NUL", "half a letter"]
)
def test_one_poison_row_is_refused_and_the_others_are_stored(poison):
    rows = [an_event(f"m-{n}") for n in range(100)]
    rows[50] = rows[50]._replace(properties=f'{{"x":"{poison}"}}')

    done = store_events(rows, now=NOW)

    assert done.count == 99
    assert list(done.refused) == [rows[50].event_id]
    assert UsageEvent.objects.count() == 99


def test_room_is_made_for_weeks_nobody_thought_of():
    long_ago = datetime(2019, 3, 5, 12, 0, tzinfo=UTC)

    done = store_events([an_event(), an_event("old", at=long_ago)], now=NOW)

    assert done.count == 2
    assert stored_ids() == ["m-1", "old"]


def test_only_days_that_are_over_are_marked_for_a_recount():
    yesterday = NOW - timedelta(days=1)

    store_events([an_event(), an_event("late", at=yesterday)], now=NOW)
    store_events([an_event("later", at=yesterday)], now=NOW)

    assert list(DirtyDay.objects.values_list("day", "marks")) == [(date(2026, 6, 14), 2)]


def test_a_duplicate_marks_no_day():
    yesterday = NOW - timedelta(days=1)
    store_events([an_event(at=yesterday)], now=NOW)

    store_events([an_event(at=yesterday)], now=NOW)

    assert DirtyDay.objects.get().marks == 1


def test_the_last_two_minutes_of_a_day_are_marked_because_the_commit_may_come_after_midnight():
    almost_midnight = datetime(2026, 6, 15, 14, 59, tzinfo=UTC)

    store_events([an_event(at=almost_midnight)], now=almost_midnight)

    assert DirtyDay.objects.get().day == date(2026, 6, 15)


def test_withdrawn_events_are_gone_their_day_is_marked_and_they_may_come_again():
    event = an_event(at=NOW - timedelta(days=3))
    store_events([event, an_event("stays")], now=NOW)
    DirtyDay.objects.all().delete()

    withdrawn = withdraw_events([(event.customer_id, event.client_ts, event.event_id)])

    assert (withdrawn, stored_ids()) == (1, ["stays"])
    assert DirtyDay.objects.get().day == date(2026, 6, 12)
    assert store_events([event], now=NOW).count == 1
