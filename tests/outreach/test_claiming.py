"""Who is still written to at the last moment."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from outreach.addresses import address_hash
from outreach.claiming import claim, tired_after
from outreach.models import ContactTouch, Message
from outreach.sending import hand_over, send_ready
from outreach.unsubscribing import stop
from tests.factories import ContactFactory, MailingFactory, MailTextFactory, MessageFactory

NOW = timezone.now()
TOPIC, OTHER = 1, 2


def days_ago(days: float) -> timezone.datetime:
    return NOW - timedelta(days=days)


def test_an_address_that_said_stop_after_queueing_is_not_written_to(mailing, post):
    message = MessageFactory(mailing=mailing)
    stop(message.email_norm, mailing.topic, reason="unsubscribed", source="test")

    send_ready()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("suppressed", "unsubscribed")
    assert not post.taken


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"left_at": NOW}, "left"),
        ({"bounced_at": NOW}, "bounced"),
        ({"consent": "refused"}, "refused"),
        ({"email": "new@example.com"}, "address_changed"),
    ],
)
def test_a_contact_that_changed_after_queueing_is_not_written_to(mailing, post, change, reason):
    message = MessageFactory(mailing=mailing)
    type(message.contact).objects.filter(pk=message.contact_id).update(**change)

    send_ready()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("suppressed", reason)
    assert not post.taken


def test_an_erased_contact_is_not_written_to(mailing, post):
    message = MessageFactory(mailing=mailing)
    message.contact.delete()

    send_ready()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("suppressed", "erased")
    assert not post.taken


def test_two_mailings_write_to_one_address_only_once_a_day(mailing, post):
    message = MessageFactory(mailing=mailing)
    second = MailTextFactory(mailing=MailingFactory()).mailing
    MessageFactory(mailing=second, contact=message.contact)

    send_ready()

    assert post.taken.total() == 1
    assert Message.objects.get(state="suppressed").reason == "mailed_today"


@pytest.mark.parametrize(
    ("touches", "reason"),
    [
        ([], ""),
        ([(0.9, OTHER)], "mailed_today"),
        ([(1.1, OTHER)], ""),
        ([(29.9, TOPIC)], "quiet_period"),
        ([(30.1, TOPIC)], ""),
        ([(29.9, OTHER)], ""),
        ([(2, OTHER), (3, OTHER), (4, OTHER), (29.9, OTHER)], "too_many_mails"),
        ([(2, OTHER), (3, OTHER), (4, OTHER), (30.1, OTHER)], ""),
    ],
)
def test_the_rule_against_fatigue_at_its_borders(touches, reason):
    rows = [(days_ago(days), topic) for days, topic in touches]

    assert tired_after(rows, TOPIC, quiet_days=30, now=NOW) == reason


def test_mail_the_contract_needs_is_sent_to_the_tired(mailing, post):
    message = MessageFactory(mailing=mailing)
    mailing.topic.is_operational = True
    mailing.topic.save(update_fields=["is_operational"])
    earlier = MessageFactory(mailing=MailingFactory(state="paused"), contact=message.contact)
    ContactTouch.objects.create(
        email_hash=address_hash(message.email_norm), topic=mailing.topic, message=earlier
    )

    send_ready()

    assert post.taken.total() == 1


def test_an_address_that_says_stop_between_claim_and_hand_over_is_not_written_to(mailing, post):
    MessageFactory(mailing=mailing)
    [message], _left_out = claim(uuid.uuid4())
    message.refresh_from_db()
    stop(message.email_norm, mailing.topic, reason="unsubscribed", source="test")

    assert not hand_over(message)


def test_a_worker_that_lost_its_lease_cannot_hand_over(mailing, settings):
    settings.MAIL_LEASE_SECONDS = 0
    MessageFactory(mailing=mailing)
    [message], _left_out = claim(uuid.uuid4())
    message.refresh_from_db()

    assert not hand_over(message)


@pytest.mark.django_db(transaction=True)
def test_parallel_mailings_write_to_one_address_once(post):
    """The floor of a day holds although every worker looks at the same moment (bad input 34)."""
    contact = ContactFactory()
    for _n in range(8):
        MessageFactory(mailing=MailTextFactory().mailing, contact=contact)
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        claim(uuid.uuid4(), batch=1)
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Message.objects.filter(state="claimed").count() == 1
    assert ContactTouch.objects.count() == 1
