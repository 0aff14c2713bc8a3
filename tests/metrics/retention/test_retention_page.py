"""The Retention page: triangle, curve and tiles, and the way from a cell to its customers."""

import pytest
import time_machine
from django.urls import reverse

from metrics.traits import begin_traits
from tests.factories import DAY, NOON, CustomerFactory
from tests.metrics.retention.facts import book, pays

PAGE = reverse("metrics:retention")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


def cell(month: str, age: int) -> str:
    return reverse("metrics:cohort_cell", args=[month, age])


@pytest.fixture
def cohort(ana, ben):
    """Twelve who joined in January; Ben's left in March."""
    for number in range(11):
        pays({"2026-01-05": 1000}, name=f"Stays {number}", csm=ana)
    pays({"2026-01-05": 1000, "2026-03-10": 0}, name="Leaves", csm=ben)
    book()


def test_a_cell_shows_its_share_and_leads_to_its_customers(as_user, lea, cohort):
    page = as_user(lea).get(PAGE, {"cohorts": "24"}).content.decode()

    assert cell("2026-01", 2) in page
    assert ">92%</a>" in page
    assert "11 of 12 customers" in page
    assert "Numbers at risk" in page


@pytest.mark.parametrize("measure", ["logo", "net", "gross"])
def test_the_customers_of_a_cell_are_one_step_away(as_user, lea, cohort, measure):
    page = as_user(lea).get(cell("2026-01", 2), {"measure": measure}).content.decode()

    assert "Leaves" in page
    assert "Stays 10" in page
    assert "All 12 rows" in page


def test_a_csm_sees_her_own_customers_of_a_cell(as_user, ben, cohort):
    page = as_user(ben).get(cell("2026-01", 2)).content.decode()

    assert "Leaves" in page
    assert "Stays" not in page


@pytest.mark.parametrize("place", [("2026-01", 5), ("2026-13", 0), ("2026", 0), ("2026-01", 9999)])
def test_a_cell_that_is_not_there_is_not_found(as_user, lea, cohort, place):
    assert as_user(lea).get(cell(*place)).status_code == 404


def test_an_empty_company_is_told_what_to_do(as_user, lea):
    CustomerFactory()

    page = as_user(lea).get(PAGE, {"measure": "x", "variant": "y", "cohorts": "9"})

    assert "No customer has joined in these months" in page.content.decode()


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_page_asks_as_often_however_many_there_are(
    as_user, lea, how_many, django_assert_max_num_queries
):
    for number in range(how_many):
        pays({f"2026-0{number % 5 + 1}-05": 1000})
    book()
    browser = as_user(lea)

    with django_assert_max_num_queries(24):
        browser.get(PAGE)


def test_segments_are_compared_when_somebody_asks(as_user, lea, cohort):
    begin_traits(DAY)
    lead = as_user(lea)
    before = lead.get(PAGE).content.decode()
    asked = lead.get(PAGE, {"models": "segment"}).content.decode()

    assert "Compare the segments" in before
    assert "Without segment" in asked
    assert "Too few customers for a model." in asked
