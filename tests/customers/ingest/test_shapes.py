"""Calls in the shapes of six SDKs, with the oddities that were recorded from them."""

import base64
import json

import pytest

from customers.models import Attribute, Contact, UsageEvent
from tests.customers.ingest.conftest import a_track
from tests.factories import NOON, ContactFactory

pytestmark = pytest.mark.django_db
WHEN = "2026-06-15T02:59:58.123456+00:00"


def test_segment_for_python_sends_nulls(batch, bakery):
    item = a_track(1, anonymousId=None, integrations={}, properties=None, channel="server")

    assert batch(item).json()["verdicts"] == ["stored"]


def test_rudderstack_for_node_sends_no_timestamp(batch, bakery):
    item = a_track(1, originalTimestamp=WHEN, sentAt=NOON.isoformat())
    del item["timestamp"]

    batch(item, timestamp="2026-06-15T03:00:00Z")

    assert UsageEvent.objects.get().client_ts.isoformat() == WHEN


def test_rudderstack_for_python_puts_traits_only_into_the_context(batch, bakery):
    context = {"groupId": "bakery", "traits": {"email": "pat@bakery.example", "name": "Pat"}}

    batch(a_track(1, type="identify", context=context))

    contact = Contact.objects.get(external_id="pat")
    assert (contact.email, contact.name, contact.customer) == (
        "pat@bakery.example", "Pat", bakery,
    )  # fmt: skip


def test_context_of_the_batch_serves_every_item(batch, bakery):
    answer = batch(a_track(1, context=None), context={"groupId": "bakery"})

    assert answer.json()["verdicts"] == ["stored"]


@pytest.mark.parametrize("path", ["/v1/track", "/v1/t/", "/v1/track/"])
def test_a_single_call_needs_no_type(post, server_key, bakery, path):
    item = a_track(1, writeKey=server_key.text)
    del item["type"]

    answer = post(path, item)

    assert answer.json()["verdicts"] == ["stored"]
    assert UsageEvent.objects.get().kind == "track"


@pytest.mark.parametrize(
    "properties",
    [
        {"companyId": "bakery"},
        {"account_id": "bakery"},
        {"organization": {"id": "bakery"}},
        {"$groups": {"company": "bakery"}},
    ],
    ids=str,
)
def test_a_property_may_name_the_company(batch, bakery, properties):
    answer = batch(a_track(1, context={}, properties=properties))

    assert answer.json()["verdicts"] == ["stored"]


def test_an_event_that_names_no_company_belongs_to_that_of_its_person(batch):
    contact = ContactFactory(external_id="pat")

    batch(a_track(1, context={}))

    assert UsageEvent.objects.get().customer_id == contact.customer_id


def test_a_group_call_links_its_person_and_writes_only_declared_attributes(batch, bakery):
    Attribute.objects.create(key="seats", label="Seats", type="number")
    Attribute.objects.create(key="trial", label="Trial", type="boolean")
    traits = {"seats": 12, "trial": "yes", "colour": "red", "name": "Not Bakery"}

    batch(a_track(1, type="group", groupId="bakery", traits=traits))

    bakery.refresh_from_db()
    assert (bakery.attributes, bakery.name) == ({"seats": 12}, "Bakery")
    assert Contact.objects.get(external_id="pat").customer == bakery
    assert UsageEvent.objects.get().properties == traits


@pytest.mark.parametrize("email", [5, ["a@b.example"], {"a": 1}, True, "a@" + "b" * 400])
def test_an_address_that_is_none_is_passed_over(batch, bakery, email):
    answer = batch(a_track(1, type="identify", traits={"email": email, "name": "Pat"}), a_track(2))

    assert answer.json()["verdicts"] == ["stored", "stored"]
    contact = Contact.objects.get()
    assert (contact.name, contact.email) == ("Pat", "")


def test_a_browser_key_changes_nobody(post, browser_key, bakery):
    ContactFactory(external_id="pat", email="pat@bakery.example", customer=bakery)
    item = a_track(1, type="identify", traits={"email": "thief@evil.example"})

    post("/v1/batch", {"writeKey": browser_key.text, "batch": [item, {**item, "userId": "new"}]})

    assert Contact.objects.get().email == "pat@bakery.example"


def test_a_call_sent_again_does_not_bring_old_traits_back(batch, bakery):
    old = a_track(1, type="identify", traits={"email": "old@bakery.example"})
    batch(old, a_track(2, type="identify", traits={"email": "new@bakery.example"}))

    batch(old)

    assert Contact.objects.get().email == "new@bakery.example"


def test_an_alias_gives_the_person_we_knew_her_new_id(batch, bakery):
    ContactFactory(external_id="anonymous-1", customer=bakery)

    batch(a_track(1, type="alias", previousId="anonymous-1"))

    assert Contact.objects.get().external_id == "pat"


def a_hog(n=1, **changes):
    return {
        "event": "Invoice sent",
        "distinct_id": "pat",
        "uuid": f"0190-{n}",
        "timestamp": WHEN,
        "properties": {"$groups": {"company": "bakery"}},
        **changes,
    }


def test_posthog_for_servers_sends_a_batch(post, server_key, bakery):
    leave = a_hog(2, event="$pageleave")

    answer = post(
        "/batch/", {"api_key": server_key.text, "batch": [a_hog(), leave, a_hog(3, uuid=None)]}
    )
    again = post("/batch/", {"api_key": server_key.text, "batch": [a_hog(), a_hog(3, uuid=None)]})

    assert answer.json()["verdicts"] == ["stored", "ignored", "stored"]
    assert again.json()["verdicts"] == ["duplicate", "duplicate"]


@pytest.mark.parametrize("shape", ["one", "list"])
def test_posthog_for_browsers_sends_a_beacon_of_base64(post, browser_key, bakery, shape):
    item = a_hog(timestamp=None, offset=1877)
    item["properties"] |= {"token": browser_key.text, "distinct_id": "pat"}
    text = base64.b64encode(json.dumps(item if shape == "one" else [item]).encode())

    answer = post(
        "/e/?compression=base64&beacon=1",
        b"data=" + text.replace(b"=", b"%3D").replace(b"+", b"%2B"),
        content_type="application/x-www-form-urlencoded",
        cookie="session=other",
    )

    assert answer.json()["verdicts"] == ["stored"]
    assert UsageEvent.objects.get().client_ts.isoformat() == WHEN.replace("123456", "123000")


def test_the_person_posthog_invents_for_a_group_call_is_nobody(post, server_key):
    call = a_hog(event="$groupidentify", distinct_id="random-uuid", properties={
        "$group_type": "company", "$group_key": "fresh", "$group_set": {"name": "Fresh"},
    })  # fmt: skip

    post("/batch/", {"api_key": server_key.text, "batch": [call]})

    row = UsageEvent.objects.get()
    assert (row.kind, row.person) == ("group", "")
    assert not Contact.objects.exists()


@pytest.mark.parametrize("is_beside", [True, False])
def test_posthog_traits_stand_beside_or_among_the_properties(post, server_key, bakery, is_beside):
    item = a_hog(event="$set")
    place = item if is_beside else item["properties"]
    place["$set"] = {"email": "pat@bakery.example"}

    post("/batch/", {"api_key": server_key.text, "batch": [item]})

    assert Contact.objects.get(external_id="pat").email == "pat@bakery.example"


def test_history_may_be_old_when_a_server_says_that_it_is(post, server_key, browser_key, bakery):
    old = a_hog(timestamp="2023-01-05T00:00:00Z")
    history = {"historical_migration": True, "batch": [old]}

    by_server = post("/batch/", {"api_key": server_key.text, **history})
    by_browser = post("/batch/", {"api_key": browser_key.text, **history})

    assert by_server.json()["verdicts"] == ["stored"]
    assert by_browser.json()["verdicts"] == ["quarantined"]
