"""Events without a customer wait; those in quarantine can be tried again; both end."""

from datetime import timedelta

import pytest

from customers.ingest.replaying import forget_old, map_account, replay_waiting, retry_quarantined
from customers.models import (
    Contact,
    Customer,
    QuarantinedEvent,
    SeenMessage,
    UnresolvedEvent,
    UsageEvent,
)
from tests.customers.ingest.conftest import a_track
from tests.factories import NOON, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(post, browser_key):
    """Two events of a company nobody knows yet."""
    items = [a_track(1, context={"groupId": "late"}), a_track(2, context={"groupId": "late"})]
    post("/v1/batch", {"writeKey": browser_key.text, "batch": items})


def test_waiting_events_are_placed_when_their_customer_appears(waiting):
    late = CustomerFactory(external_id="late")

    placed = replay_waiting()

    assert placed == 2
    assert UsageEvent.objects.filter(customer_id=late.pk, occurred_at=NOON).count() == 2
    assert not UnresolvedEvent.objects.exists()


def test_a_name_mapped_to_a_customer_serves_what_waits_and_what_comes(waiting, batch, bakery):
    map_account("late", bakery)

    replay_waiting()
    answer = batch(a_track(3, context={"groupId": "late"}))

    assert answer.json()["verdicts"] == ["stored"]
    assert UsageEvent.objects.filter(customer_id=bakery.pk).count() == 3
    assert not Customer.objects.filter(external_id="late").exists()


def test_an_event_sent_again_after_its_replay_is_a_duplicate(waiting, post, browser_key):
    CustomerFactory(external_id="late")
    replay_waiting()

    item = a_track(1, context={"groupId": "late"})
    answer = post("/v1/batch", {"writeKey": browser_key.text, "batch": [item]})

    assert answer.json()["verdicts"] == ["duplicate"]


def test_an_event_that_names_no_company_waits_for_its_person(batch):
    batch(a_track(1, context={}))
    contact = ContactFactory(external_id="pat")

    replay_waiting()

    assert UsageEvent.objects.get().customer_id == contact.customer_id


def test_a_replayed_identify_call_still_makes_its_contact(batch, bakery):
    bakery.delete()
    batch(a_track(1, type="identify", traits={"email": "pat@bakery.example"}))
    CustomerFactory(external_id="bakery")

    replay_waiting()

    assert Contact.objects.get().email == "pat@bakery.example"


def test_an_event_in_quarantine_can_be_tried_again(batch, bakery, settings):
    settings.EVENT_MAX_BYTES = 100
    batch(a_track(1))
    row = QuarantinedEvent.objects.get()
    settings.EVENT_MAX_BYTES = 32_768

    is_placed = retry_quarantined(row)

    assert is_placed
    assert UsageEvent.objects.count() == 1
    assert not QuarantinedEvent.objects.exists()


def test_an_event_that_is_refused_again_stays_in_quarantine(batch):
    batch(a_track(1, event=""))

    is_placed = retry_quarantined(QuarantinedEvent.objects.get())

    assert not is_placed
    assert QuarantinedEvent.objects.get().code == "event_missing"


def test_a_revoked_key_loses_nothing_of_its_quarantine(batch, server_key):
    batch(a_track(1, event=""))
    server_key.revoke()

    is_placed = retry_quarantined(QuarantinedEvent.objects.select_related("source").get())

    assert not is_placed
    assert QuarantinedEvent.objects.exists()


def test_after_30_days_waiting_ends_and_after_35_a_message_is_forgotten(waiting, batch, bakery):
    batch(a_track(7), a_track(8, event=""))

    forget_old(NOON + timedelta(days=29))
    kept = (UnresolvedEvent.objects.count(), QuarantinedEvent.objects.count())
    forget_old(NOON + timedelta(days=36))

    assert kept == (2, 1)
    assert not UnresolvedEvent.objects.exists()
    assert not QuarantinedEvent.objects.exists()
    assert not SeenMessage.objects.exists()
    assert UsageEvent.objects.count() == 1
