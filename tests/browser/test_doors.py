"""Every page of the side bar opens in a real browser, in each theme, on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import accessibility_faults, sideways_overflow


def test_a_visitor_is_led_to_the_login_page(page_as):
    page = page_as()

    page.goto("/")

    expect(page).to_have_url(re.compile("/accounts/login/"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_today_is_accessible_and_fits(page_as, ana, theme, size):
    page = page_as(ana, viewport=size, color_scheme=theme)

    page.goto("/")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    assert sideways_overflow(page) == 0
    assert accessibility_faults(page) == []


def test_every_entry_of_the_side_bar_opens(page_as, lea):
    page = page_as(lea)
    page.goto("/")
    addresses = [
        link.get_attribute("href") for link in page.locator("[data-go-key]").element_handles()
    ]

    statuses = {address: page.goto(address).status for address in addresses}

    assert len(statuses) >= 5
    assert set(statuses.values()) == {200}


def test_the_accessibility_check_sees_a_fault(page_as):
    page = page_as()
    page.goto("/accounts/login/")

    page.evaluate("document.body.append(document.createElement('button'))")

    assert any(fault.startswith("button-name:") for fault in accessibility_faults(page))
