"""The bad inputs of log-in (LG1-LG6, LG10-LG15 of the catalogue): never a 5xx, never a way in."""

import re
import unicodedata

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.permissions import Role

PASSWORD = "correct horse battery"
TODAY = "/"


@pytest.fixture
def ana(ana):
    ana.set_password(PASSWORD)
    ana.save()
    return ana


def log_in(client: Client, email: str = "ana@example.com", password: str = PASSWORD, **extra):
    fields = {"login": email, "password": password, **extra.pop("fields", {})}
    return client.post(reverse("account_login"), fields, **extra)


def is_in(client: Client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


def test_the_right_password_opens_the_door(ana, client):
    answer = log_in(client)

    assert (answer.status_code, answer.url, is_in(client)) == (302, TODAY, True)


def test_a_wrong_password_says_the_same_for_known_and_unknown_people(ana):
    known = log_in(Client(), password="wrong wrong wrong")
    unknown = log_in(Client(), email="nobody@example.com", password="wrong wrong wrong")

    said = [
        [str(error) for error in answer.context["form"].non_field_errors()]
        for answer in (known, unknown)
    ]
    assert known.status_code == unknown.status_code == 200
    assert said[0] == said[1] != []


class CountingHasher(Argon2PasswordHasher):
    """Nearly all the time of a log-in goes by in here, the same for each call."""

    calls = 0

    def encode(self, *words):
        CountingHasher.calls += 1
        return super().encode(*words)

    def verify(self, *words):
        CountingHasher.calls += 1
        return super().verify(*words)


def test_a_wrong_password_takes_as_long_for_known_and_unknown_people(ana, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    ana.set_password(PASSWORD)
    ana.save()
    work = []

    for email in ("ana@example.com", "nobody@example.com"):
        CountingHasher.calls = 0
        with CaptureQueriesContext(connection) as asked:
            log_in(Client(), email=email, password="wrong wrong wrong")
        questions = [re.sub(r"'[^']*'", "?", query["sql"]) for query in asked.captured_queries]
        work.append((CountingHasher.calls, questions))

    assert work[0][0] == 1
    assert work[0] == work[1]


def test_the_sixth_wrong_password_for_an_account_from_one_address_is_refused(ana, client):
    statuses = [log_in(client, password="wrong wrong wrong").status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert log_in(client).status_code == 429


def test_a_stranger_who_guesses_does_not_lock_the_true_user_out_at_her_own_desk(ana):
    for _ in range(7):
        log_in(Client(REMOTE_ADDR="203.0.113.9"), password="wrong wrong wrong")

    assert log_in(Client(REMOTE_ADDR="198.51.100.4")).status_code == 302


def test_one_address_may_not_try_many_accounts(ana, client):
    for n in range(20):
        log_in(client, email=f"user{n}@example.com", password="wrong wrong wrong")

    assert log_in(client).status_code == 429


def test_guessing_from_many_addresses_ends_too_and_a_new_password_by_mail_opens_again(
    ana, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed_everywhere": "5/h/key"}
    for n in range(5):
        log_in(Client(REMOTE_ADDR=f"203.0.113.{n}"), password="wrong wrong wrong")
    assert log_in(Client(REMOTE_ADDR="198.51.100.4")).status_code == 429

    client = Client(REMOTE_ADDR="198.51.100.4")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": ana.email})
    link = next(line for line in mailoutbox[0].body.splitlines() if "/key/" in line)
    form = client.get(link.removeprefix("http://127.0.0.1:8000")).url
    client.post(form, {"password1": "a brand new secret", "password2": "a brand new secret"})

    assert log_in(client, password="a brand new secret").status_code == 302


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("x" * 4097, 400),
        ("x" * 129, 400),
        ("null\0inside the password", 200),
        ("            ", 200),
        ("", 200),
        ("\ufffd\ufffd\ufffd", 200),
    ],
)
def test_odd_passwords_are_refused_with_a_clear_answer(ana, client, password, status):
    assert log_in(client, password=password).status_code == status
    assert not is_in(client)


def test_a_lone_surrogate_in_the_body_is_refused(ana, client):
    body = b"login=ana%40example.com&password=%ED%A0%80aaaaaaaaaaaaaa"

    answer = client.post(
        reverse("account_login"), body, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_opens_the_door_however_the_keyboard_composes_it(ana, client, form):
    ana.set_password(unicodedata.normalize("NFKC", "émigré à côté"))
    ana.save()

    log_in(client, password=unicodedata.normalize(form, "émigré à côté"))

    assert is_in(client)


@pytest.mark.parametrize("email", ["ANA@example.com", "ana@example.com ", " Ana@Example.Com"])
def test_case_and_spaces_around_an_address_do_not_matter(ana, client, email):
    log_in(client, email=email)

    assert is_in(client)


@pytest.mark.parametrize(
    "email",
    ["аna@example.com", "ａｎａ@example.com", "ana@example.com\0", "ana", "a" * 5000 + "@b.c"],
)
def test_look_alike_and_broken_addresses_are_nobody(ana, client, email):
    assert log_in(client, email=email).status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize(
    "next_page",
    [
        "//evil.example",
        "/\\evil.example",
        "https:///evil.example",
        "javascript:alert(1)",
        "\x01//evil.example",
        "https://127.0.0.1@evil.example",
        "https://evil.example/",
    ],
)
def test_log_in_never_sends_people_to_another_site(ana, client, next_page):
    answer = log_in(client, fields={"next": next_page})

    assert answer.url == TODAY


def test_a_session_id_from_before_log_in_is_worthless_afterwards(ana, client):
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted

    log_in(client)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_in(thief)


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user.set_password("another good secret"),
        lambda user: setattr(user, "is_active", False),
        lambda user: setattr(user, "role", Role.VIEWER),
    ],
    ids=["password", "disabled", "role"],
)
def test_a_session_ends_when_the_password_the_role_or_the_user_changes(ana, client, change):
    log_in(client)
    assert is_in(client)

    change(ana)
    ana.save()

    assert not is_in(client)


def test_a_changed_name_ends_no_session(ana, client):
    log_in(client)
    ana.full_name = "Ana Abe-Ito"
    ana.save()

    assert is_in(client)


def test_looking_at_the_log_out_page_logs_nobody_out(ana, client):
    log_in(client)

    client.get(reverse("account_logout"))
    assert is_in(client)
    client.post(reverse("account_logout"))

    assert not is_in(client)


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-csrftoken": "wrong"}, {"origin": "https://evil.example"}],
    ids=["missing", "wrong", "from another site"],
)
def test_a_form_of_somebody_else_is_refused(ana, headers):
    client = Client(enforce_csrf_checks=True, headers=headers)
    client.get(reverse("account_login"))

    assert log_in(client).status_code == 403


def test_many_and_huge_cookies_are_no_trouble(ana, client):
    client.cookies["big"] = "x" * 10_000
    for n in range(300):
        client.cookies[f"c{n}"] = "y"

    assert client.get(reverse("account_login")).status_code == 200


def test_a_made_up_forwarded_address_does_not_escape_the_limit(ana):
    for n in range(6):
        answer = log_in(
            Client(headers={"x-forwarded-for": f"203.0.113.{n}"}), password="wrong wrong wrong"
        )

    assert answer.status_code == 429


@pytest.mark.parametrize(("claimed", "status"), [("203.0.113.7", 429), ("203.0.113.8", 200)])
def test_behind_our_proxy_the_last_forwarded_address_counts(ana, settings, claimed, status):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(5):
        seen = Client(headers={"x-forwarded-for": f"10.0.0.{n}, 203.0.113.7"})
        log_in(seen, password="wrong wrong wrong")

    last = Client(headers={"x-forwarded-for": f"10.9.9.9, {claimed}"})

    assert log_in(last, password="wrong wrong wrong").status_code == status


def test_django_admin_has_no_log_in_of_its_own(ada, client):
    answer = client.get(reverse("admin:login"))

    assert answer.url.startswith(reverse("account_login"))


def test_visitors_choose_the_language_of_the_log_in_page(db, client):
    client.post(reverse("accounts:set_language"), {"language": "ja", "next": "/accounts/login/"})

    assert 'lang="ja"' in client.get(reverse("account_login")).content.decode()


def test_nobody_signs_up(db, client):
    assert client.get("/accounts/signup/").status_code == 404
