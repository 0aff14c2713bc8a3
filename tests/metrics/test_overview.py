from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from metrics.models import CompanyDay, RevenueMovement
from tests.factories import DAY, NOON, CustomerFactory

OVERVIEW, ROWS = reverse("metrics:overview"), reverse("metrics:movement_list")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


def close(day, **figures) -> None:
    CompanyDay.objects.create(day=day, **{"customers": 3, "mrr": Decimal(300), **figures})


def move(customer, day, kind: str, amount: int, balance: int = 0) -> None:
    RevenueMovement.objects.create(
        customer=customer, day=day, kind=kind, amount=amount, balance=balance
    )


def test_the_month_is_told_with_its_figures_and_their_formulas(as_user, lea):
    close(DAY - timedelta(days=1), promoters=6, passives=2, detractors=2, red=1)
    stays, leaves = CustomerFactory.create_batch(2)
    move(stays, DAY - timedelta(days=90), "new", 1200, 1200)
    move(leaves, DAY - timedelta(days=90), "new", 1200, 1200)
    move(leaves, DAY - timedelta(days=3), "churn", -1200)

    page = as_user(lea).get(OVERVIEW).content.decode()

    assert "50.0%" in page
    assert "1 of 2 left" in page
    assert "adjusted Wald interval" in page
    assert "MRR fell by ¥100 in June 2026" in page


def test_before_the_first_night_there_is_nothing_to_tell(as_user, lea):
    assert b"No day of this month is closed yet" in as_user(lea).get(OVERVIEW).content


@pytest.mark.parametrize("month", ["2026-13", "x", "1066-01", "9999-01", "2026-06-15"])
def test_a_month_that_is_none_is_the_running_one(as_user, lea, month):
    close(DAY - timedelta(days=1))

    page = as_user(lea).get(OVERVIEW, {"month": month}).content.decode()

    assert "Overview of June 2026" in page


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_overview_asks_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_num_queries
):
    for number in range(how_many):
        close(DAY - timedelta(days=number + 1))
        move(CustomerFactory(), DAY - timedelta(days=2), "new", 12, 12)
    client = as_user(lea)

    with django_assert_num_queries(11):
        client.get(OVERVIEW)


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_rows_ask_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_num_queries
):
    for _ in range(how_many):
        move(CustomerFactory(), DAY - timedelta(days=2), "new", 12, 12)
    client = as_user(lea)

    with django_assert_num_queries(3):
        client.get(ROWS)


def test_a_figure_opens_to_its_rows(as_user, lea):
    move(CustomerFactory(name="Bakery"), DAY, "churn", -1200)
    move(CustomerFactory(name="Brewery"), DAY, "new", 1200, 1200)

    page = as_user(lea).get(ROWS, {"month": "2026-06", "kind": "churn"}).content.decode()

    assert "Bakery" in page
    assert "-¥100" in page
    assert "Brewery" not in page


def test_a_csm_opens_only_the_rows_of_her_own_customers(as_user, ana, ben):
    move(CustomerFactory(name="Brewery", csm=ben), DAY, "new", 1200, 1200)

    page = as_user(ana).get(ROWS).content.decode()

    assert "Brewery" not in page
    assert "You see the rows of your own customers" in page
