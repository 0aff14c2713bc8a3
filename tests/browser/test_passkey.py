"""A passkey is made and opens the door, with an authenticator of Chromium's own."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

PASSWORD = "correct horse battery"


@pytest.fixture
def ana(ana):
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.fixture
def page(page_as):
    """A visitor's page in a browser that has a place for passkeys and a finger on it."""
    page = page_as()
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    return page


def log_in_by_password(page):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_url("/")


def test_a_passkey_is_made_and_opens_the_door_without_a_password(page, ana):
    log_in_by_password(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Ana's laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page).not_to_have_url(re.compile("webauthn/add"))
    page.context.clear_cookies()

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()

    expect(page).to_have_url("/")
    assert Authenticator.objects.get(type="webauthn").user == ana
    expect(page.get_by_text(ana.full_name).first).to_be_visible()
