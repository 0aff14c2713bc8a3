"""The Revenue page: its figures, steps, months, groups and largest moves."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from metrics.models import MonthBook, RevenueMovement
from metrics.revenue.months import rebuild_months
from metrics.traits import keep_traits
from tests.factories import DAY, NOON, CustomerFactory

PAGE = reverse("metrics:revenue")
pytestmark = pytest.mark.django_db
BEFORE = date(2025, 1, 10)


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


def move(customer, day, kind: str, amount: int, balance: int, plan: str = "Basic") -> None:
    RevenueMovement.objects.create(
        customer=customer, day=day, kind=kind, amount=amount, balance=balance, plan=plan
    )


@pytest.fixture
def book(ana, ben):
    """Ana's customer grows, Ben's leaves in June; their segments and plans differ."""
    grows = CustomerFactory(name="Grows", csm=ana, segment="Small")
    leaves = CustomerFactory(name="Leaves", csm=ben, segment="Large")
    move(grows, BEFORE, "new", 1200, 1200)
    move(leaves, BEFORE, "new", 2400, 2400, "Pro")
    move(grows, DAY - timedelta(days=5), "expansion", 600, 1800)
    move(leaves, DAY - timedelta(days=3), "churn", -2400, 0, "Pro")
    keep_traits(DAY - timedelta(days=20), first=0, last=2**62)


def test_the_month_is_told_with_its_steps_groups_and_moves(as_user, lea, book):
    page = as_user(lea).get(PAGE).content.decode()

    assert "MRR fell by ¥150: ¥50 won, ¥200 lost (June 2026)" in page
    assert "Small" in page
    assert "Without" not in page.split("groups-heading")[-1]
    assert "Leaves" in page
    assert reverse("metrics:figure_detail", args=["nrr"]) in page


def test_stored_months_tell_the_same_page(as_user, lea, book):
    client, asked = as_user(lea), {"by": "plan", "segment": "Small"}
    from_ledger = client.get(PAGE, asked).content.decode()

    rebuild_months(through=DAY - timedelta(days=1))

    assert MonthBook.objects.exists()
    assert without_secrets(client.get(PAGE, asked)) == without_secrets(from_ledger)


def without_secrets(page) -> list[str]:
    text = page if isinstance(page, str) else page.content.decode()
    return [line for line in text.splitlines() if "csrf" not in line.lower()]


def test_a_group_narrows_the_question(as_user, lea, book):
    page = as_user(lea).get(PAGE, {"period": "2026-05", "by": "segment"}).content.decode()

    assert "?period=2026-05&amp;segment=Large&amp;by=segment" in page


def test_a_csm_sees_the_figures_but_only_her_own_moves(as_user, ana, book):
    page = as_user(ana).get(PAGE).content.decode()

    assert "MRR fell by ¥150" in page
    assert "Grows" in page
    assert "Leaves" not in page
    assert "the figures count everybody" in page


def test_who_changes_segment_is_a_step_of_its_own(as_user, lea, book):
    grows = RevenueMovement.objects.get(kind="expansion").customer
    grows.segment = "Large"
    grows.save()
    keep_traits(DAY - timedelta(days=1), first=0, last=2**62)

    page = as_user(lea).get(PAGE, {"segment": "Large"}).content.decode()

    assert "Regrouped" in page


def test_before_the_first_booking_there_is_nothing_to_tell(as_user, lea):
    assert b"No money is booked yet" in as_user(lea).get(PAGE).content


def test_amounts_without_a_rate_stay_in_the_reporting_currency(as_user, lea, book):
    page = as_user(lea).get(PAGE, {"currency": "USD"}).content.decode()

    assert "No exchange rate is entered for USD" in page
    assert "MRR fell by ¥150" in page


@pytest.mark.parametrize("how_many", [3, 30])
def test_more_customers_ask_no_more_questions(
    as_user, lea, how_many, django_assert_max_num_queries
):
    for n in range(how_many):
        move(CustomerFactory(segment=f"S{n}"), BEFORE, "new", 1200, 1200)
    keep_traits(DAY - timedelta(days=20), first=0, last=2**62)
    rebuild_months(through=DAY - timedelta(days=1))
    client = as_user(lea)

    with django_assert_max_num_queries(75):
        client.get(PAGE)
