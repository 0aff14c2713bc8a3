"""What is kept of the circumstances of an event, and of what is said of a person only once."""

import pytest

from customers.ingest.messages import EARLIEST_IN_HISTORY
from customers.ingest.replaying import replay_waiting, retry_quarantined
from customers.models import Contact, QuarantinedEvent, UsageEvent
from tests.customers.ingest.conftest import a_track
from tests.factories import ContactFactory, CustomerFactory


def test_the_useful_part_of_the_context_is_kept_short(batch, bakery):
    context = {
        "groupId": "bakery", "ip": "203.0.113.9", "userAgent": "x", "locale": "ja-JP",
        "library": {"name": "analytics-python", "version": "2.4.0"}, "sessionId": 1718,
        "app": {"version": "9" * 500}, "os": "not an object", "page": {"path": "/a", "url": "?t=1"},
    }  # fmt: skip

    batch(a_track(context=context, properties={"$locale": "own", "seats": 3}))

    assert UsageEvent.objects.get().properties == {
        "$lib": "analytics-python", "$lib_version": "2.4.0", "$session_id": "1718",
        "$app_version": "9" * 100, "$pathname": "/a", "$locale": "own", "seats": 3,
    }  # fmt: skip


def test_a_retry_by_another_library_version_is_told_apart_and_not_stored_twice(batch, bakery):
    batch(a_track(context={"groupId": "bakery", "library": {"version": "1"}}))

    batch(a_track(context={"groupId": "bakery", "library": {"version": "2"}}))

    assert UsageEvent.objects.get().properties == {"$lib_version": "1"}


def said_once(**traits):
    return {
        "event": "$set", "distinct_id": "pat", "uuid": str(sorted(traits.items())),
        "properties": {"$groups": {"company": "bakery"}, "$set_once": traits},
    }  # fmt: skip


def test_what_is_set_once_fills_only_what_is_empty(post, server_key, bakery):
    ContactFactory(customer=bakery, external_id="pat", name="Pat", title="", email="")

    items = [said_once(name="Other", title="Baker"), said_once(title="Chef")]
    post("/batch/", {"api_key": server_key.text, "batch": items})

    pat = Contact.objects.get()
    assert (pat.name, pat.title) == ("Pat", "Baker")


def test_of_a_new_person_the_first_word_counts(post, server_key, bakery):
    items = [said_once(title="Baker"), said_once(title="Chef", name="Pat")]

    post("/batch/", {"api_key": server_key.text, "batch": items})

    pat = Contact.objects.get()
    assert (pat.name, pat.title) == ("Pat", "Baker")


@pytest.mark.parametrize(("is_on", "verdict"), [(True, "stored"), (False, "waiting")])
def test_a_company_is_found_by_the_domain_of_an_address_where_that_is_wanted(
    batch, settings, is_on, verdict
):
    settings.EVENTS_MATCH_EMAIL_DOMAIN = is_on
    bakery = CustomerFactory(domain="bakery.example")

    answer = batch(a_track(userId="Pat@Bakery.example", context={}))

    assert answer.json()["verdicts"] == [verdict]
    assert list(UsageEvent.objects.values_list("customer_id", flat=True)) == [bakery.pk] * is_on


def test_what_waited_for_a_domain_is_placed_when_its_only_customer_appears(batch, settings):
    settings.EVENTS_MATCH_EMAIL_DOMAIN = True
    people = ["pat@bakery.example", "sam@gmail.com", "kim@group.example"]
    batch(*[a_track(n, userId=person, context={}) for n, person in enumerate(people)])
    bakery = CustomerFactory(domain="bakery.example")
    CustomerFactory(domain="gmail.com")
    CustomerFactory.create_batch(2, domain="group.example")

    assert replay_waiting() == 1
    assert UsageEvent.objects.get().customer_id == bakery.pk


def test_free_mail_and_shared_domains_are_nobodys(batch, settings):
    settings.EVENTS_MATCH_EMAIL_DOMAIN = True
    CustomerFactory(domain="gmail.com")
    CustomerFactory.create_batch(2, domain="group.example")

    answer = batch(
        a_track(1, userId="pat@gmail.com", context={}),
        a_track(2, userId="pat@group.example", context={}),
        a_track(3, userId="pat@", context={}),
    )

    assert answer.json()["verdicts"] == ["waiting"] * 3


def test_a_person_we_know_stays_with_her_company_whatever_her_address(batch, bakery, settings):
    settings.EVENTS_MATCH_EMAIL_DOMAIN = True
    CustomerFactory(domain="other.example")
    ContactFactory(customer=bakery, external_id="pat@other.example")

    batch(a_track(userId="pat@other.example", context={}))

    assert UsageEvent.objects.get().customer_id == bakery.pk


def test_a_key_for_history_may_send_old_events_also_out_of_quarantine(batch, server_key, bakery):
    server_key.takes_history = True
    server_key.save()
    old = EARLIEST_IN_HISTORY.isoformat()

    answer = batch(a_track(1, timestamp=old), a_track(2, timestamp=old, properties="none"))
    waiting = QuarantinedEvent.objects.get()
    waiting.body = waiting.body.replace('"none"', "{}")

    assert answer.json()["verdicts"] == ["stored", "quarantined"]
    assert answer.json()["rejected"][0]["messageId"] == "m-2"
    assert retry_quarantined(waiting)
    assert UsageEvent.objects.count() == 2


def test_posthogs_newest_path_has_a_result_for_each_event(post, server_key, bakery):
    """As posthog 7.91 for Python sends and reads it in its capture mode v1."""

    def send(*items):
        return post(
            "/i/v1/analytics/events",
            {"created_at": "2026-06-15T03:00:00+00:00", "batch": list(items)},
            authorization=f"Bearer {server_key.text}",
        ).json()["results"]

    event = {
        "event": "Saved", "uuid": "u-1", "distinct_id": "pat", "session_id": "s-1", "options": {},
        "timestamp": "2026-06-15T02:59:00+00:00", "properties": {"$groups": {"company": "bakery"}},
    }  # fmt: skip

    first = send(event, {**event, "uuid": "u-2", "timestamp": "1980-01-01T00:00:00Z"})
    second = send({**event, "properties": {**event["properties"], "seats": 1}})

    assert first == {
        "u-1": {"result": "ok"},
        "u-2": {"result": "drop", "details": "outside_time_window"},
    }
    assert second == {"u-1": {"result": "warning", "details": "duplicate_differs"}}
    assert UsageEvent.objects.get().properties["$session_id"] == "s-1"
