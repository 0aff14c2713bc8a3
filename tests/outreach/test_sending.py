"""What becomes of one message, whatever the mail server says."""

import socket
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from outreach.models import ContactTouch, Message, Suppression
from outreach.sending import reap, retry_unknown, send_ready
from tests.factories import MessageFactory


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def test_a_ready_message_is_sent_once(mailing, post):
    message = MessageFactory(mailing=mailing)

    send_ready()
    send_ready()

    assert state_of(message) == "sent"
    assert post.taken == {message.email: 1}
    assert ContactTouch.objects.filter(message=message).exists()


def test_a_mail_carries_the_headers_of_bulk_mail(mailing, post):
    message = MessageFactory(mailing=mailing)

    send_ready()

    mail = post.mails[0]
    assert mail["Message-ID"] == f"<{message.uuid}@localhost.localdomain>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in mail["List-Unsubscribe"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-ID"] == "<surveys.localhost.localdomain>"
    assert "/s/" in mail.get_body(["plain"]).get_content()


@pytest.mark.parametrize(
    ("stage", "answer", "state", "reason"),
    [
        ("hello", "421 busy", "ready", ""),
        ("mail", "451 later", "ready", ""),
        ("rcpt", "450 greylisted", "ready", ""),
        ("rcpt", "550 5.1.1 no such user", "failed", "no_such_mailbox"),
        ("rcpt", "550 5.7.1 bad reputation", "failed", "refused"),
        ("end", "452 full", "ready", ""),
        ("end", "554 spam", "failed", "refused"),
        ("end", "drop after", "unknown", ""),
    ],
)
def test_each_answer_of_the_server_has_its_state(mailing, post, stage, answer, state, reason):
    message = MessageFactory(mailing=mailing)
    post.trouble = lambda at, _who: answer if at == stage else ""

    send_ready()

    assert (state_of(message), message.reason) == (state, reason)
    is_touched = ContactTouch.objects.filter(message=message).exists()
    assert is_touched == (state == "unknown")


def test_a_server_that_is_not_there_costs_no_recipient_a_try(mailing, post, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = closed.getsockname()[1]
        message = MessageFactory(mailing=mailing)

        send_ready()

    assert state_of(message) == "ready"
    assert message.attempts == 0
    assert message.due_at > timezone.now()


def test_a_refused_login_pauses_the_mailing(mailing, post):
    message = MessageFactory(mailing=mailing)
    post.trouble = lambda at, _who: "530 5.7.0 authenticate first" if at == "mail" else ""

    send_ready()

    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("paused", "login_refused")
    assert state_of(message) == "ready"


def test_a_dead_mailbox_is_never_written_to_again(mailing, post):
    message = MessageFactory(mailing=mailing)
    post.trouble = lambda at, _who: "550 5.1.1 no such user" if at == "rcpt" else ""

    send_ready()

    message.contact.refresh_from_db()
    assert message.contact.bounced_at is not None
    assert Suppression.objects.get().reason == "bounced"


def test_twenty_failures_in_a_row_pause_the_mailing(mailing, post):
    MessageFactory.create_batch(25, mailing=mailing)
    post.trouble = lambda at, _who: "554 spam" if at == "end" else ""

    send_ready()

    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("paused", "failures_in_row")
    assert Message.objects.filter(state="failed").count() == 20


def test_what_the_server_never_takes_fails_after_a_day_of_tries(mailing, post):
    message = MessageFactory(mailing=mailing, attempts=12)
    post.trouble = lambda at, _who: "450 greylisted" if at == "rcpt" else ""

    send_ready()

    assert (state_of(message), message.reason) == ("failed", "gave_up")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("act", "left"), [("pause", "ready"), ("cancel", "cancelled")])
def test_stopping_works_within_a_batch(mailing, post, act, left):
    MessageFactory.create_batch(10, mailing=mailing)

    def stop() -> None:
        mailing.pause("by hand") if act == "pause" else mailing.cancel()
        connection.close()

    def stop_at_the_third(at: str, _who: str) -> str:
        if at == "end" and post.taken.total() == 2:
            somebody_else = Thread(target=stop)
            somebody_else.start()
            somebody_else.join()
        return ""

    post.trouble = stop_at_the_third

    send_ready()

    assert post.taken.total() == 3
    assert Message.objects.filter(state=left).count() == 7
    assert ContactTouch.objects.count() == 3


def test_the_reaper_makes_claimed_ready_and_handed_unknown(mailing):
    over = {"lease_until": timezone.now() - timedelta(seconds=1), "claimed_at": timezone.now()}
    claimed = MessageFactory(mailing=mailing, state="claimed", **over)
    handed = MessageFactory(mailing=mailing, state="handed", **over)

    reap()

    assert state_of(claimed) == "ready"
    assert state_of(handed) == "unknown"


def test_a_claim_from_before_a_restart_of_the_database_is_unknown(mailing):
    long_ago = timezone.now() - timedelta(days=400)
    message = MessageFactory(
        mailing=mailing, state="claimed", claimed_at=long_ago,
        lease_until=timezone.now() + timedelta(hours=1),
    )  # fmt: skip

    reap()

    assert state_of(message) == "unknown"


def test_unknown_is_repeated_only_when_a_person_says_so(mailing, post):
    message = MessageFactory(mailing=mailing, state="unknown")

    send_ready()
    assert state_of(message) == "unknown"

    retry_unknown(mailing)
    send_ready()
    assert state_of(message) == "sent"
