"""Closed months on pages, at the command line and by the clock; and the bridge."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pghistory
import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from customers.models import ExchangeRate, ImportRow, ImportRun
from metrics.jobs import close_due_month, close_ordered_month, resume_closings
from metrics.models import ClosedMonth, MonthClosing, Night
from metrics.revenue.bridge import differences_of, steps_of
from metrics.revenue.ledger import rebuild_movements
from tests.factories import CustomerFactory, SubscriptionFactory
from tests.metrics.test_closed_months import APRIL, FEBRUARY, MARCH, close, nights
from tests.metrics.test_two_clocks import rate, version

pytestmark = pytest.mark.django_db
LIST = reverse("metrics:closed_month_list")


@pytest.fixture
def book(ana, ben):
    """Two customers in February, one of them in dollars; nights are closed through March."""
    mine = SubscriptionFactory(customer=CustomerFactory(name="Mine", csm=ana))
    other = SubscriptionFactory(customer=CustomerFactory(name="Other", csm=ben))
    version(mine, FEBRUARY, 100)
    version(other, FEBRUARY, 2, currency="USD")
    rate("USD", FEBRUARY, 150, known_from=FEBRUARY)
    nights(FEBRUARY, APRIL)
    rebuild_movements(through=date(2025, 3, 31))
    return mine, other


@pytest.fixture
def in_april():
    with time_machine.travel(datetime(2025, 4, 6, 1, tzinfo=UTC), tick=False):
        yield


def test_a_lead_looks_at_what_is_frozen_and_closes_it_once(
    as_user, lea, book, in_april, django_capture_on_commit_callbacks
):
    lead = as_user(lea)
    address = reverse("metrics:closed_month_close", args=["2025-03"])

    shown = lead.get(reverse("metrics:closed_month_new")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        first = lead.post(address, follow=True).content.decode()
    again = lead.post(address, follow=True).content.decode()

    assert "Close March 2025 for good" in shown
    assert "March 2025 is being closed." in first
    assert "March 2025 is closed already" in again
    assert reverse("metrics:closed_month_detail", args=["2025-03"]) in again
    assert not MonthClosing.objects.exists()
    assert ClosedMonth.objects.get().closed_by == lea


def test_history_from_before_the_first_night_is_closed_on_the_page(as_user, lea, book, in_april):
    Night.objects.filter(day__lt=date(2025, 3, 31)).delete()
    address = reverse("metrics:closed_month_new")

    shown = as_user(lea).get(address, {"month": "2025-02"}).content.decode()

    assert "Close February 2025 for good" in shown
    assert '<option value="2025-02" selected>' in shown
    close(FEBRUARY, date(2025, 4, 6))
    assert "First month to close" not in as_user(lea).get(address).content.decode()


def test_days_that_were_left_out_are_closed_by_a_press_of_a_button(
    as_user, lea, ana, book, in_april
):
    Night.objects.filter(day__in=[date(2025, 3, 9), date(2025, 3, 10)]).delete()
    lead, button = as_user(lea), reverse("metrics:night_close")

    shown = lead.get(reverse("metrics:closed_month_new")).content.decode()
    pressed = lead.post(button, {"month": "2025-03"}, follow=True).content.decode()

    assert "manage.py close_day 2025-03-09 --through 2025-03-10" in shown
    assert "Close 2 days now" in shown
    assert "2 days are being closed." in pressed
    waiting = Night.objects.filter(state=Night.State.WAITING)
    assert [night.day.day for night in waiting.order_by("day")] == [9, 10]
    assert as_user(ana).post(button, {"month": "2025-03"}).status_code == 403
    assert [lead.post(button, {"month": wrong}).status_code
            for wrong in ("2025-04", "2025", "x")] == [404] * 3  # fmt: skip


def test_what_is_frozen_adds_up_and_losses_stand_below_nought(as_user, lea, book, in_april):
    version(book[0], MARCH, 40)
    rebuild_movements(through=date(2025, 3, 31))

    steps = as_user(lea).get(reverse("metrics:closed_month_new")).context["steps"]

    amounts = [amount for _label, amount in steps]
    assert -60 in amounts
    assert sum(amounts[:-1]) == amounts[-1]


def test_where_no_month_is_due_it_is_said(as_user, lea, book):
    close(MARCH, date(2025, 4, 6))
    with time_machine.travel(datetime(2025, 4, 6, 1, tzinfo=UTC), tick=False):
        shown = as_user(lea).get(reverse("metrics:closed_month_new"), follow=True)

    assert shown.redirect_chain[0][0] == LIST
    assert b"No month is due" in shown.content


def test_a_month_that_is_being_closed_shows_how_far_it_is_and_is_not_begun_twice(
    as_user, ana, lea, book, in_april
):
    MonthClosing.objects.create(month=MARCH, asked_by=lea, claimed_until="2025-04-06T02:00Z")
    cache.set("closing-2025-03", 40)
    progress = reverse("metrics:closed_month_progress", args=["2025-03"])

    again = as_user(lea).post(reverse("metrics:closed_month_close", args=["2025-03"]), follow=True)
    close_ordered_month("2025-03-01")
    running = as_user(ana).get(progress)
    with time_machine.travel(datetime(2025, 4, 6, 3, tzinfo=UTC), tick=False):
        resume_closings()
    over = as_user(ana).get(progress)

    assert f"being closed. Asked for by {lea}" in again.content.decode()
    assert 'value="40"' in running.content.decode()
    assert "HX-Refresh" not in running.headers
    assert (over["HX-Refresh"], over.content.decode().strip()) == ("true", "")
    assert ClosedMonth.objects.get().closed_by == lea


def test_what_has_come_in_between_is_told_and_may_be_asked_for_again(
    as_user, lea, book, in_april, django_capture_on_commit_callbacks
):
    MonthClosing.objects.create(month=MARCH, asked_by=lea)
    Night.objects.filter(day=date(2025, 3, 20)).update(state="open")

    close_ordered_month("2025-03-01")
    shown = as_user(lea).get(LIST).content.decode()
    Night.objects.filter(day=date(2025, 3, 20)).update(state="done")
    with django_capture_on_commit_callbacks(execute=True):
        as_user(lea).post(reverse("metrics:closed_month_close", args=["2025-03"]))

    assert "March 2025 could not be closed." in shown
    assert "2025-03-20" in shown
    assert ClosedMonth.objects.get().month == MARCH
    assert not MonthClosing.objects.exists()


def test_the_bridge_adds_up_and_names_the_file(as_user, lea, book):
    closed = close(FEBRUARY, MARCH)
    mine, _other = book
    late = version(mine, date(2025, 2, 10), 70, recorded_on=date(2025, 3, 15))
    run = ImportRun.objects.create(noun="subscriptions", file_name="late.csv", uploaded_by=lea)
    ImportRow.objects.create(run=run, number=1, verdict="new", record_id=late.pk)
    ExchangeRate.objects.update(rate=160)
    rebuild_movements(through=date(2025, 3, 31))

    steps = {step.kind: step for step in steps_of(closed)}
    rows = differences_of(closed, lea, 1).rows
    page = as_user(lea).get(closed.get_absolute_url()).content.decode()

    assert (steps["closing"].reported, steps["closing"].restated) == (400, 390)
    for kind, step in steps.items():
        if kind != "closing":
            assert step.difference == sum((r.amount for r in rows if r.kind == kind), Decimal(0))
    assert [(r.customer, r.kind, r.amount) for r in rows] == [
        ("Mine", "contraction", -30), ("Other", "new", 20)
    ]  # fmt: skip
    assert "late.csv" in page
    assert "USD in February 2025: 160" in page


def test_the_bridge_names_the_key_of_a_program_and_who_enters_by_hand(
    as_user, api_of, lea, ana, book
):
    closed = close(FEBRUARY, MARCH)
    mine, other = book
    answer = api_of(lea).post(
        f"/api/v1/subscriptions/{mine.pk}/versions",
        {"effective_on": "2025-02-10", "price": "70"}, content_type="application/json",
    )  # fmt: skip
    with pghistory.context(user=ana.pk):
        version(other, date(2025, 2, 10), 3, currency="USD", recorded_on=date(2025, 3, 15))
    rebuild_movements(through=date(2025, 3, 31))

    page = as_user(lea).get(closed.get_absolute_url()).content.decode()

    assert answer.status_code == 201
    assert f"API key “test” · {lea}" in page
    assert f"by hand · {ana}" in page


def test_a_csm_sees_the_sums_but_only_the_lines_of_her_customers(as_user, ana, book):
    closed = close(FEBRUARY, MARCH)
    ExchangeRate.objects.update(rate=160)
    rebuild_movements(through=date(2025, 3, 31))

    page = as_user(ana).get(closed.get_absolute_url()).content.decode()

    assert "Other" not in page
    assert "the sums count everybody" in page


def test_a_figure_is_shown_as_reported(as_user, lea, book, in_april):
    close(FEBRUARY, MARCH)
    version(book[0], date(2025, 2, 10), 70, recorded_on=date(2025, 3, 15))
    rebuild_movements(through=date(2025, 3, 31))

    pages = [
        as_user(lea).get(f"/figures/mrr/?period=2025-02{view}").content.decode()
        for view in ("", "&view=reported", "&view=reported&known=2025-03-01", "&view=other")
    ]

    assert "370" in pages[0]
    assert "400" in pages[1]
    assert "either as reported or as known" in pages[2]
    assert "reported”, or left out" in pages[3]


def test_the_command_closes_a_month_or_says_why_not(book, in_april, capsys):
    call_command("close_month", "2025-03")

    assert "2025-03: 2 lines" in capsys.readouterr().out
    with pytest.raises(CommandError, match="closed already"):
        call_command("close_month", "2025-03")
    with pytest.raises(CommandError, match="not a month"):
        call_command("close_month", "2025-Q1")


def test_the_clock_closes_only_where_it_is_told_to(book, in_april, settings):
    close_due_month()
    assert not ClosedMonth.objects.exists()

    settings.CLOSE_MONTHS_AFTER_DAYS = 7
    close_due_month()
    assert not ClosedMonth.objects.exists()

    settings.CLOSE_MONTHS_AFTER_DAYS = 5
    close_due_month()
    assert ClosedMonth.objects.get().month == MARCH


@pytest.mark.parametrize("many", [3, 30])
def test_the_list_asks_the_same_number_of_questions(as_user, lea, django_assert_num_queries, many):
    for number in range(many):
        month = date(2020 + number // 12, number % 12 + 1, 1)
        ClosedMonth.objects.create(month=month, closed_by=lea, cut_off=datetime.now(UTC))
    lead = as_user(lea)
    lead.get(LIST)

    with django_assert_num_queries(5):
        page = lead.get(LIST).content.decode()

    assert page.count("data-row") == many
