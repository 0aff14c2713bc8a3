"""A code from the phone (LG7, and the end of LG8): once, only its owner's, not to be guessed."""

from collections import Counter
from collections.abc import Iterator

import pytest
import time_machine
from allauth.core.context import request_context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from accounts.links import set_password_link
from tests.factories import NOON

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _the_clock_stands_still() -> Iterator[None]:
    """A code is for half a minute, which may end between asking for one and giving it."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def secret() -> str:
    return generate_totp_secret()


@pytest.fixture
def ana(ana, secret):
    ana.set_password(PASSWORD)
    ana.save()
    TOTP.activate(ana, secret)
    RecoveryCodes.activate(ana)
    return ana


def code(secret: str, *, steps_ago: int = 0) -> str:
    counter = next(iter(yield_hotp_counters_from_time())) - steps_ago
    return format_hotp_value(hotp_value(secret, counter))


def with_password() -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": "ana@example.com", "password": PASSWORD})
    return client


def give(client: Client, text: str):
    return client.post(reverse("mfa_authenticate"), {"code": text})


def is_in(client: Client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


def test_a_password_alone_is_not_enough(ana):
    assert not is_in(with_password())


def test_password_and_code_open_the_door(ana, secret):
    client = with_password()

    give(client, code(secret))

    assert is_in(client)


def test_a_code_works_once(ana, secret):
    used = code(secret)
    give(with_password(), used)
    second = with_password()

    give(second, used)

    assert not is_in(second)


def test_an_old_code_is_refused(ana, secret):
    client = with_password()

    give(client, code(secret, steps_ago=4))

    assert not is_in(client)


def test_the_code_of_somebody_else_is_refused(ana, ben):
    other = generate_totp_secret()
    TOTP.activate(ben, other)
    client = with_password()

    give(client, code(other))

    assert not is_in(client)


def guess(user, text) -> set[str]:
    """What the form says to a code: the check behind the page, without the page's own work."""
    form = AuthenticateForm(user=user, data={"code": text})
    form.is_valid()
    return {error.code for error in form.errors.as_data().get("code", [])}


def test_of_a_thousand_codes_only_five_are_looked_at(ana, secret, rf, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with request_context(rf.post("/")):
        answers = Counter(code for n in range(1_000) for code in guess(ana, f"{n:06}"))

    assert answers == {"incorrect_code": 5, "too_many_login_attempts": 995}
    client = with_password()
    give(client, code(secret))
    assert not is_in(client)


def test_the_secret_of_the_phone_is_not_readable_in_the_database(ana, secret):
    stored = [str(row.data) for row in ana.authenticator_set.all()]

    assert len(stored) == 2
    assert not any(secret in text for text in stored)


def test_a_recovery_code_opens_the_door_once(ana):
    spare = RecoveryCodes(ana.authenticator_set.get(type="recovery_codes")).get_unused_codes()[0]
    first, second = with_password(), with_password()

    give(first, spare)
    give(second, spare)

    assert (is_in(first), is_in(second)) == (True, False)


def test_a_new_password_by_mail_does_not_pass_the_second_factor(ana):
    client = Client()
    form = client.get(set_password_link(ana).removeprefix("http://127.0.0.1:8000")).url
    client.post(form, {"password1": "a brand new secret", "password2": "a brand new secret"})

    client.post(
        reverse("account_login"), {"login": "ana@example.com", "password": "a brand new secret"}
    )

    assert not is_in(client)


def test_the_factor_may_only_be_changed_after_the_password_was_asked_again(ana, as_user):
    answer = as_user(ana).get(reverse("mfa_deactivate_totp"))

    assert answer.status_code == 302
    assert "reauthenticate" in answer.url


@pytest.mark.parametrize(
    "name",
    ["mfa_index", "mfa_list_webauthn", "usersessions_list", "account_change_password",
     "socialaccount_connections", "account_logout"],
)  # fmt: skip
def test_the_pages_of_the_second_factor_wear_our_look(ana, secret, name):
    client = with_password()
    give(client, code(secret))

    html = client.get(reverse(name)).content.decode()

    assert html.count("<h1") == 1
    assert 'class="sidebar"' in html or "entrance" in html
    assert "style=" not in html
