"""What a batch is answered, and what stands in the tables afterwards."""

import json

import pytest

from customers.models import Customer, QuarantinedEvent, SourceDay, UnresolvedEvent, UsageEvent
from tests.customers.ingest.conftest import a_track
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def counted(source):
    names = ["stored", "duplicate", "waiting", "quarantined", "dropped"]
    rows = SourceDay.objects.filter(source=source)
    return {name: n for name in names if (n := sum(getattr(row, name) for row in rows))}


def test_a_batch_is_stored_and_every_event_gets_its_verdict(batch, server_key, bakery):
    answer = batch(a_track(1), a_track(2), a_track(1), a_track(3, event=None))

    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "status": 1,
        "accepted": 3,
        "rejected": [
            {
                "index": 3,
                "messageId": "m-3",
                "code": "event_missing",
                "message": "A track call needs the name of its event.",
            }
        ],
        "verdicts": ["stored", "stored", "duplicate", "quarantined"],
    }
    assert UsageEvent.objects.filter(customer_id=bakery.pk).count() == 2
    assert counted(server_key) == {"stored": 2, "duplicate": 1, "quarantined": 1}


def test_a_batch_sent_again_is_a_duplicate_although_it_was_sent_at_another_time(batch, bakery):
    batch(a_track(1), sentAt="2026-06-15T03:00:00Z")

    answer = batch(a_track(1), sentAt="2026-06-15T03:07:00Z")

    assert answer.json()["verdicts"] == ["duplicate"]
    assert UsageEvent.objects.count() == 1


def test_the_first_body_of_a_message_stays(batch, bakery):
    batch(a_track(1, event="first"))

    answer = batch(a_track(1, event="second", context={"groupId": "other"}))

    assert answer.json()["verdicts"] == ["duplicate_differs"]
    assert UsageEvent.objects.get().name == "first"


def test_an_event_of_nobody_we_know_waits(batch, server_key):
    answer = batch(a_track(1, context={}))

    assert answer.json()["verdicts"] == ["waiting"]
    assert UnresolvedEvent.objects.get().message_id == "m-1"
    assert counted(server_key) == {"waiting": 1}


def test_a_revoked_key_is_answered_200_and_its_events_are_dropped(batch, server_key, bakery):
    server_key.revoke()

    answer = batch(a_track(1), a_track(2))

    assert (answer.status_code, answer.json()["verdicts"]) == (200, ["dropped", "dropped"])
    assert not UsageEvent.objects.exists()
    assert counted(server_key) == {"dropped": 2}


def test_a_company_a_server_names_as_a_group_becomes_a_detected_customer(batch):
    group = {"type": "group", "messageId": "g", "userId": "pat", "groupId": "new"}

    answer = batch(a_track(1, context={"groupId": "new"}), {**group, "traits": {"name": "New Co"}})

    customer = Customer.objects.get(external_id="new")
    assert answer.json()["verdicts"] == ["stored", "stored"]
    assert (customer.stage, customer.name) == ("detected", "New Co")
    assert Customer.objects.matching("new co").exists()


def test_a_browser_makes_no_customers(post, browser_key):
    answer = post("/v1/batch", {"writeKey": browser_key.text, "batch": [a_track(1)]})

    assert answer.json()["verdicts"] == ["waiting"]
    assert not Customer.objects.exists()


def test_a_deleted_customer_is_never_made_again_by_an_event(batch, bakery):
    bakery.delete()

    answer = batch(a_track(1))

    assert answer.json()["verdicts"] == ["waiting"]
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("spelling", "verdict"),
    [(" 42", "stored"), ("42 ", "stored"), (42, "stored"), (42.0, "stored"), ("042", "waiting")],
)
def test_spaces_around_an_id_do_not_count_and_leading_zeros_do(
    post, browser_key, spelling, verdict
):
    Customer.objects.create(external_id="42", name="Answer")

    item = a_track(1, context={"groupId": spelling})
    answer = post("/v1/batch", {"writeKey": browser_key.text, "batch": [item]})

    assert answer.json()["verdicts"] == [verdict]


def test_companies_are_found_whatever_letters_their_ids_are_made_of(post, browser_key):
    odd = ['"', "\\", "{a,b}", "NULL", "%s", "'; --", 'x\\"y', "東京", "a\tb"]
    for external_id in odd:
        Customer.objects.create(external_id=external_id, name="Odd")
    items = [a_track(n, context={"groupId": name}) for n, name in enumerate([*odd, '\\"'])]

    answer = post("/v1/batch", {"writeKey": browser_key.text, "batch": items})

    assert answer.json()["verdicts"] == ["stored"] * len(odd) + ["waiting"]
    stored = dict(UsageEvent.objects.values_list("message_id", "customer_id"))
    ids = dict(Customer.objects.values_list("external_id", "pk"))
    assert stored == {f"m-{n}": ids[name] for n, name in enumerate(odd)}


NESTED = '{"type":"track","messageId":"deep","event":"x","userId":"u","properties":{"x":%s}}'
POISON = {
    "a NUL in a value": '{"type":"track","event":"x\\u0000","userId":"u"}',
    "a NUL in a key": '{"type":"track","event":"x","userId":"u","properties":{"\\u0000":1}}',
    "half a letter": '{"type":"track","event":"x","userId":"u","properties":{"x":"\\ud800"}}',
    "a number of 5,000 digits": '{"type":"track","event":"x","userId":"u","a":1' + "0" * 5000 + "}",
    "nested 300 deep": NESTED % ("[" * 300 + "]" * 300),
    "nested 5,000 deep": NESTED % ("[" * 5000 + "]" * 5000),
    "a number": "7",
    "a list": "[]",
    "null": "null",
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_one_poison_event_goes_into_quarantine_and_the_others_are_stored(
    post, server_key, bakery, poison
):
    items = [json.dumps(a_track(n)) for n in range(20)]
    items[10] = poison
    body = f'{{"writeKey":"{server_key.text}","batch":[{",".join(items)}]}}'

    answer = post("/v1/batch", body.encode())

    verdicts = answer.json()["verdicts"]
    assert (verdicts.count("stored"), verdicts[10]) == (19, "quarantined")
    assert UsageEvent.objects.count() == 19
    assert QuarantinedEvent.objects.get().received_at == NOON


BAD_EVENTS = {
    "no type": ({"type": None}, "unknown_type"),
    "type is a list": ({"type": ["track"]}, "unknown_type"),
    "no person": ({"userId": None}, "person_missing"),
    "person is a map": ({"userId": {"id": 1}}, "bad_id"),
    "person is too long": ({"userId": "p" * 201}, "too_long"),
    "name is too long": ({"event": "e" * 201}, "too_long"),
    "properties are a list": ({"properties": [1]}, "bad_properties"),
    "time of no day": ({"timestamp": "2026-02-30T00:00:00Z"}, "bad_time"),
    "time in milliseconds": ({"timestamp": 1781492400000}, "bad_time"),
    "leap second": ({"timestamp": "2026-06-15T02:59:60Z"}, "bad_time"),
    "time zero": ({"timestamp": "1970-01-01T00:00:00Z"}, "outside_time_window"),
    "year one": ({"timestamp": "0001-01-01T00:00:00+14:00"}, "outside_time_window"),
    "year 9999": ({"timestamp": "9999-12-31T23:59:59-14:00"}, "outside_time_window"),
    "25 hours ahead": ({"timestamp": "2026-06-16T04:00:00Z"}, "outside_time_window"),
    "401 days old": ({"timestamp": "2025-05-10T00:00:00Z"}, "outside_time_window"),
    "larger than 32 kB": ({"properties": {"x": "y" * 32_768}}, "too_large"),
}


@pytest.mark.parametrize(("changes", "code"), BAD_EVENTS.values(), ids=BAD_EVENTS.keys())
def test_a_bad_event_is_kept_with_its_reason(batch, bakery, changes, code):
    answer = batch(a_track(1, **changes), a_track(2))

    assert answer.json()["verdicts"] == ["quarantined", "stored"]
    assert answer.json()["rejected"][0]["code"] == code
    assert QuarantinedEvent.objects.get().code == code


GOOD_EVENTS = {
    "no message id": {"messageId": None},
    "empty message id": {"messageId": ""},
    "message id of 1 kB": {"messageId": "m" * 1000},
    "message id is a number": {"messageId": 17},
    "message id is a map": {"messageId": {}},
    "no time": {"timestamp": None},
    "36 days old": {"timestamp": "2026-05-10T00:00:00Z"},
    "time without zone": {"timestamp": "2026-06-15T03:00:00"},
    "many properties": {"properties": {f"p{n}": n for n in range(2000)}},
    "odd keys": {"properties": {"__proto__": 1, "constructor": 2, "$set": 3, "k" * 300: 4}},
    "amounts": {"properties": {"$quantity": "12,5", "$seconds": -1, "big": 1e308, "int": 2**63}},
    "unknown fields": {"_metadata": {"x": 1}, "channel": "server"},
}


@pytest.mark.parametrize("changes", GOOD_EVENTS.values(), ids=GOOD_EVENTS.keys())
def test_an_odd_but_honest_event_is_stored(batch, bakery, changes):
    answer = batch(a_track(1, **changes))

    assert answer.json()["verdicts"] == ["stored"]
    row = UsageEvent.objects.get()
    assert (row.quantity, row.seconds) == (1, 0)


def test_the_same_message_without_an_id_is_known_by_what_it_says(batch, bakery):
    batch(a_track(1, messageId=None))

    again = batch(a_track(1, messageId=None))
    other = batch(a_track(1, messageId=None, event="Something else"))

    assert again.json()["verdicts"] == ["duplicate"]
    assert other.json()["verdicts"] == ["stored"]


def test_a_message_without_id_and_time_is_rather_counted_twice_than_lost(batch, bakery):
    nothing = {"messageId": None, "timestamp": None}

    answer = batch(a_track(1, **nothing), a_track(1, **nothing))

    assert answer.json()["verdicts"] == ["stored", "stored"]


@pytest.mark.parametrize(("days_ahead", "sent_too"), [(-3, True), (3, True), (-3, False)], ids=str)
def test_a_wrong_clock_is_set_right_by_when_it_says_it_sent(batch, bakery, days_ahead, sent_too):
    stamp = f"2026-06-{15 + days_ahead}T02:50:00Z"
    sent = f"2026-06-{15 + days_ahead}T03:00:00Z" if sent_too else None

    answer = batch(a_track(1, timestamp=stamp), sentAt=sent)

    row = UsageEvent.objects.get()
    assert answer.json()["verdicts"] == ["stored"]
    assert row.client_ts.isoformat() == stamp.replace("Z", "+00:00")
    assert row.occurred_at.isoformat()[:16] == ("2026-06-15T02:50" if sent_too else stamp[:16])
