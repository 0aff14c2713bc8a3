"""The day of a CSM in a real browser: from the list to the customer, a logged call, a done task."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from customers.models import Task
from lib.days import today
from metrics.models import CompanyDay, DailyUsage, HealthScore, RevenueMovement
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import accessibility_faults, sideways_overflow, wait_until_complete
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ResponseFactory,
    SnapshotFactory,
    SubscriptionVersionFactory,
    TaskFactory,
    TicketFactory,
    TouchpointFactory,
)


@pytest.fixture
def bakery(ana):
    """A customer of Ana's with something on every part of every page."""
    customer, day = CustomerFactory(name="Bakery", csm=ana, segment="Small"), today()
    SnapshotFactory(customer=customer, day=day - timedelta(days=1), health_score=31,
                    health_band="red", health_change_7=-16,
                    renews_on=day + timedelta(days=41))  # fmt: skip
    for back in range(1, 40):
        DailyUsage.objects.create(customer_id=customer.pk, day=day - timedelta(days=back),
                                  event_count=back, active_people=2, seconds=0)  # fmt: skip
    part = {"input": "-0.3", "scaled": "31", "weight": "0.3", "points": "31"}
    HealthScore.objects.create(
        customer_id=customer.pk, day=day - timedelta(days=1), score=31, band="red",
        coverage=Decimal("0.8"), parts={"usage_trend": part}, scorecard_version=1,
    )  # fmt: skip
    RevenueMovement.objects.create(customer=customer, day=day - timedelta(days=1), kind="new",
                                   amount=3_600_000, balance=3_600_000)  # fmt: skip
    CompanyDay.objects.create(day=day - timedelta(days=1), customers=1, mrr=300_000, red=1,
                              promoters=3, passives=1, detractors=2)  # fmt: skip
    ContactFactory(customer=customer, role="champion")
    SubscriptionVersionFactory(subscription__customer=customer)
    TicketFactory(customer=customer)
    TouchpointFactory(customer=customer, author=ana, kind="note")
    task = TaskFactory(customer=customer, title="", reason="went_red", due_on=day,
                       reason_details={"score": "31"})  # fmt: skip
    ResponseFactory(customer=customer, score=3, comment="Slow", task=task)
    return customer


FIGURES = ["/revenue/", "/retention/", "/churn/", "/loyalty/", "/engagement/", "/value/",
           "/figures/", "/figures/mrr/", "/reports/", "/closed-months/"]  # fmt: skip


def pages(customer) -> list[str]:
    return ["/", "/customers/", f"/customers/{customer.pk}/", f"/customers/{customer.pk}/edit/",
            "/tasks/", "/tasks/board/", "/tasks/new/", "/overview/", *FIGURES]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desk, light", "phone, dark"]
)
def test_every_page_of_the_day_is_accessible_and_fits(page_as, ana, bakery, size, theme):
    page = page_as(ana, viewport=size, color_scheme=theme)
    faults: dict[str, object] = {}

    for address in pages(bakery):
        page.goto(address)
        wait_until_complete(page)
        if found := [sideways_overflow(page) or None, *accessibility_faults(page)]:
            faults[address] = [fault for fault in found if fault]

    assert {address: found for address, found in faults.items() if found} == {}


def test_a_call_is_logged_and_a_task_done_without_leaving_today(page_as, ana, bakery):
    page = page_as(ana)
    page.goto("/")

    page.get_by_text("Log a call").click()
    page.get_by_label("What was said").fill("Wants SSO before March")
    page.get_by_role("button", name="Write down").click()
    expect(page.get_by_role("status")).to_contain_text("Call with Bakery is written down.")
    expect(page.locator("summary", has_text="Log a call")).to_be_focused()
    page.get_by_role("button", name="Done").click()

    expect(page.get_by_text("Nothing presses today")).to_be_visible()
    assert Task.objects.get().done_by == ana
    assert bakery.touchpoints.filter(summary="Wants SSO before March").exists()


def test_who_finishes_a_task_by_keyboard_stands_on_the_line_that_took_its_place(page_as, ana):
    for name, priority in (("Bakery", 1), ("Mill", 2), ("Dairy", 3)):
        TaskFactory(customer__name=name, customer__csm=ana, assignee=ana, priority=priority)
    page = page_as(ana)
    page.goto("/tasks/")

    page.locator("[data-row]", has_text="Mill").get_by_role("button", name="Done").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Mill")).to_have_count(0)
    expect(page.get_by_role("link", name="Dairy")).to_be_focused()


def test_a_card_of_the_board_is_dragged_to_another_day(page_as, ana):
    task = TaskFactory(customer__csm=ana, assignee=ana, due_on=today() - timedelta(days=3))
    page = page_as(ana)
    page.goto("/tasks/board/")

    page.locator(f"#task-{task.pk} .work-reason").drag_to(page.locator("#column-today"))

    expect(page.locator("[aria-labelledby=column-today] [data-card]")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("Due")
    task.refresh_from_db()
    assert task.due_on == today()


def test_the_customer_page_draws_its_charts_and_a_logged_call_stands_there_at_once(
    page_as, ana, bakery
):
    page = page_as(ana)
    page.goto(f"/customers/{bakery.pk}/")

    expect(page.locator(".chart-picture.is-drawn svg")).to_have_count(3)
    page.get_by_label("What was said").fill("Promised a training")
    page.get_by_role("button", name="Write down").click()

    expect(page.locator("#timeline")).to_contain_text("Promised a training")
    expect(page.get_by_text("Last touch: today.")).to_be_visible()


def test_charts_follow_the_theme_without_a_reload(page_as, ana, bakery):
    page = page_as(ana, color_scheme="light")
    page.goto("/overview/")
    line = page.locator("#content [data-chart=mrr] svg .mark-text text").first
    line.wait_for()
    light = line.get_attribute("fill")

    page.emulate_media(color_scheme="dark")

    expect(line).not_to_have_attribute("fill", light or "")


def test_customers_are_found_while_typing_and_the_address_remembers(page_as, ana, bakery):
    SnapshotFactory(customer__name="Brewery", customer__csm=ana)
    page = page_as(ana)
    page.goto("/customers/")

    page.get_by_label("Search", exact=True).press_sequentially("bak")

    expect(page.get_by_role("link", name="Brewery")).to_have_count(0)
    expect(page.get_by_role("link", name="Bakery")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/customers/\?q=bak"))


def test_enter_in_a_menu_of_chosen_lines_does_what_the_menu_says(page_as, ana, bakery):
    page = page_as(ana)
    page.goto("/customers/")

    page.get_by_label("Choose Bakery").check()
    page.locator("#bulk summary", has_text="Open a task").click()
    page.get_by_label("What to do").fill("Say hello")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("1 task was opened.")


def test_keys_lead_through_the_product(page_as, ana, bakery):
    page = page_as(ana)
    page.goto("/")

    page.keyboard.press("g")
    page.keyboard.press("c")
    # Until it is loaded nobody listens to keys.
    page.wait_for_url(re.compile("/customers/$"))
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Bakery")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 700, "y": 10})
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_menu_of_a_phone_works_with_the_keyboard(page_as, ana):
    page = page_as(ana, viewport=PHONE)
    page.goto("/")
    expect(page.get_by_role("link", name="Tasks", exact=True)).to_be_hidden()

    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Tasks", exact=True)).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    expect(page.get_by_role("link", name="Tasks", exact=True)).to_be_hidden()


def test_on_a_phone_a_call_is_logged_in_a_menu_that_stays_on_the_screen(page_as, ana, bakery):
    page = page_as(ana, viewport=PHONE)
    page.goto("/")

    page.get_by_text("Log a call").click()

    box = page.get_by_label("What was said").bounding_box()
    assert box
    assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]


def test_without_script_the_day_still_works(page_as, ana, bakery):
    page = page_as(ana, java_script_enabled=False)
    page.goto("/")

    page.get_by_role("button", name="Done").click()

    expect(page.get_by_role("status")).to_contain_text("Done:")
    page.goto(f"/customers/{bakery.pk}/")
    page.get_by_role("link", name="Charts of usage, health and MRR").click()
    page.get_by_text("The same numbers as a table").first.click()
    expect(page.locator(".chart-table table").first).to_be_visible()
