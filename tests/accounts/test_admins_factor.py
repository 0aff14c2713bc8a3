"""Admins need a second factor (where it is not a demo); everybody else may have one."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts.permissions import Role
from config import settings as shipped

PAGE = "/second-factor/"


@pytest.fixture(autouse=True)
def _needed(settings):
    settings.SECOND_FACTOR_FOR_ADMINS = True


@pytest.mark.parametrize("path", ["/", "/customers/", "/admin/", "/profile/", "/settings/users/"])
def test_an_admin_without_one_is_led_to_a_page_that_says_what_to_do(ada, as_user, path):
    answer = as_user(ada).get(path, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert reverse("mfa_activate_totp") in answer.content.decode()
    assert reverse("mfa_add_webauthn") in answer.content.decode()


def test_nothing_can_be_written_on_the_way_round(ada, ana, as_user):
    client = as_user(ada)

    form = client.post(reverse("accounts:user_edit", args=[ana.pk]), {"role": Role.ADMIN})
    fragment = client.get("/customers/", headers={"hx-request": "true"})
    program = client.get("/api/v1/customers")

    ana.refresh_from_db()
    assert (form.status_code, form.url, ana.role) == (302, PAGE, Role.CSM)
    assert (fragment.status_code, program.status_code) == (403, 403)


def test_the_pages_that_set_it_up_and_the_way_out_are_open(ada, as_user):
    client = as_user(ada)

    statuses = [client.get(reverse(name)).status_code for name in ("mfa_index", "account_logout")]
    asked_again = client.get(reverse("mfa_activate_totp"))

    assert statuses == [200, 200]
    assert "reauthenticate" in asked_again.url


def test_with_one_an_admin_works_as_ever(ada, as_user):
    TOTP.activate(ada, generate_totp_secret())
    client = as_user(ada)

    assert client.get("/customers/").status_code == 200
    assert client.get(PAGE).url == "/"


def test_others_and_those_whom_the_company_logged_in_are_not_held_up(lea, ada, as_user):
    came_by_company = as_user(ada)
    session = came_by_company.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": 0}]
    session.save()

    assert as_user(lea).get("/customers/").status_code == 200
    assert came_by_company.get("/customers/").status_code == 200
    assert Client().get("/accounts/login/").status_code == 200


def test_a_key_of_an_admin_needs_none(ada, api_of):
    assert api_of(ada).get("/api/v1/customers").status_code == 200


def test_it_is_on_unless_it_is_a_demo():
    assert shipped.SECOND_FACTOR_FOR_ADMINS is not shipped.DEMO_MODE


def test_where_it_is_switched_off_nobody_is_asked(ada, as_user, settings):
    settings.SECOND_FACTOR_FOR_ADMINS = False

    assert as_user(ada).get("/customers/").status_code == 200
