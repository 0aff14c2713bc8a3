"""The answer page in a real browser: no script, small screens, keyboard, both languages."""

import re

import pytest
from playwright.sync_api import expect

from customers.models import Task
from surveys.models import Response
from tests.browser.looks import accessibility_faults, sideways_overflow
from tests.factories import InvitationFactory
from tests.surveys.conftest import link_of

NARROW = {"width": 320, "height": 640}
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize(
    ("size", "language", "theme"),
    [
        (NARROW, "en", "light"),
        (NARROW, "ja", "dark"),
        (PHONE, "en", "dark"),
        (PHONE, "ja", "light"),
    ],
)
def test_the_page_is_accessible_and_fits(page_as, size, language, theme):
    invitation = InvitationFactory()
    page = page_as(viewport=size, color_scheme=theme)

    page.goto(f"{link_of(invitation)}?lang={language}&s=3")

    assert sideways_overflow(page) == 0
    assert accessibility_faults(page) == []
    boxes = [score.bounding_box() for score in page.locator(".score").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44
    assert len({box["y"] for box in boxes}) == 2


def test_a_contact_answers_without_script_and_by_keyboard(page_as):
    invitation = InvitationFactory(message__language="ja", language="ja")
    page = page_as(viewport=PHONE, java_script_enabled=False)
    page.goto(f"{link_of(invitation)}?s=3")

    page.get_by_role("radio", name="3", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    page.locator("textarea").fill("遅い")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading")).to_have_text("ご回答ありがとうございました。")
    response = Response.objects.get()
    assert (response.score, response.comment, response.language) == (2, "遅い", "ja")
    assert Task.objects.get().note == "遅い"


def test_a_gateway_that_opens_every_link_and_runs_scripts_answers_nothing(page_as):
    invitation = InvitationFactory()
    page = page_as()

    for score in range(11):
        page.goto(f"{link_of(invitation)}?s={score}")
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    assert page.context.cookies() == []
    assert not Response.objects.exists()


def test_a_fault_is_focused_and_leads_to_its_field(page_as):
    invitation = InvitationFactory()
    page = page_as(viewport=NARROW)
    page.goto(link_of(invitation))

    page.get_by_role("button", name="Send this answer").click()

    expect(page.get_by_role("alert")).to_contain_text("Please choose one number.")
    expect(page).to_have_title(re.compile("Please check"))
    assert accessibility_faults(page) == []


def test_the_page_refuses_to_be_framed(page_as, live_server):
    invitation = InvitationFactory()
    page = page_as()
    page.goto("/accounts/login/")

    answer = page.request.get(f"{live_server.url}{link_of(invitation)}")

    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
