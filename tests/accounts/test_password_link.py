"""The link that sets a password (LG8, LG9): once, one hour, and always to our own address."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.jobs import mail_owed_letters
from accounts.links import set_password_link

NEW = "a brand new secret"
NOW = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def link(ana) -> str:
    with time_machine.travel(NOW, tick=False):
        return set_password_link(ana).removeprefix("http://127.0.0.1:8000")


def open_link(link: str, *, after: timedelta = timedelta(minutes=59)) -> tuple[Client, str | None]:
    """The browser, and where its form leads; None when the link is refused."""
    client = Client()
    with time_machine.travel(NOW + after, tick=False):
        answer = client.get(link)
    return client, answer.url if answer.status_code == 302 else None


def set_password(client: Client, form: str, password: str = NEW):
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        return client.post(form, {"password1": password, "password2": password})


def test_a_link_sets_a_password_once(ana, link):
    client, form = open_link(link)
    set_password(client, form)

    ana.refresh_from_db()
    assert ana.check_password(NEW)
    assert open_link(link)[1] is None


def test_a_link_is_dead_after_an_hour(link):
    assert open_link(link, after=timedelta(minutes=61))[1] is None


def test_a_link_dies_with_the_address_it_was_sent_to(ana, link):
    ana.email = "ana@elsewhere.example"
    ana.save()

    assert open_link(link)[1] is None


def test_a_link_of_a_disabled_user_leads_nowhere(ana, link):
    ana.is_active = False
    ana.save()
    client, form = open_link(link)
    if form:
        set_password(client, form)

    assert client.get(reverse("accounts:profile")).status_code == 302


def test_a_link_does_not_log_anybody_in(link):
    client, form = open_link(link)
    set_password(client, form)

    assert client.get(reverse("accounts:profile")).status_code == 302


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 129, "password1234", "ana@example.com", "Ana Abe 2026", "enishi202612"],
)
def test_a_poor_password_is_refused_with_a_reason(ana, link, password):
    client, form = open_link(link)

    answer = set_password(client, form, password)

    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9999"])
def test_a_foreign_host_header_does_not_reach_the_mail(
    ana, host, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        Client(headers={"host": host}).post(
            reverse("account_reset_password"), {"email": "ana@example.com"}
        )

    assert not any(host in mail.body for mail in mailoutbox)


def test_asking_for_a_link_says_the_same_for_known_and_unknown_people(
    ana, client, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answers = [
            client.post(reverse("account_reset_password"), {"email": email})
            for email in ("ana@example.com", "nobody@example.com")
        ]

    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0].url == answers[1].url
    assert [mail.to for mail in mailoutbox] == [["ana@example.com"]]


def test_the_letter_speaks_the_language_of_its_reader(
    ana, client, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": "ana@example.com"})

    assert "http://127.0.0.1:8000/accounts/password/reset/key/" in mailoutbox[0].body
    assert "60 minutes" in mailoutbox[0].body


def test_nobody_asks_for_more_than_five_letters_an_hour(ana, client):
    answers = [
        client.post(reverse("account_reset_password"), {"email": "ana@example.com"})
        for _ in range(6)
    ]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "Too many tries" in answers[-1].content.decode()


def test_a_letter_that_could_not_be_sent_stays_owed_and_is_sent_once(ana, settings, mailoutbox):
    ana.owe_letter("password_reset")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(OSError, match="refused"):
        mail_owed_letters()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    mail_owed_letters()
    mail_owed_letters()

    assert [mail.to for mail in mailoutbox] == [[ana.email]]
