from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metrics.models import CompanyDay, RevenueMovement
from tests.factories import DAY, NOON, CustomerFactory

OVERVIEW = reverse("metrics:overview")
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


def test_the_period_is_told_with_its_figures_and_their_formulas(as_user, lea):
    close(DAY - timedelta(days=1), promoters=6, passives=2, detractors=2, red=1)
    stays, leaves = CustomerFactory.create_batch(2)
    move(stays, DAY - timedelta(days=90), "new", 1200, 1200)
    move(leaves, DAY - timedelta(days=90), "new", 1200, 1200)
    move(leaves, DAY - timedelta(days=3), "churn", -1200)

    page = as_user(lea).get(OVERVIEW).content.decode()

    assert "MRR fell by ¥100: ¥0 won, ¥100 lost (June 2026)" in page
    assert "number of customers with MRR &gt; 0" in page
    assert f"{reverse('metrics:figure_detail', args=['churned_mrr'])}?period=2026-06" in page
    assert 'data-chart="nps"' in page


def test_what_is_kept_of_the_whole_company_is_not_shown_of_a_part(as_user, lea):
    close(DAY - timedelta(days=1), promoters=6, passives=2, detractors=2, red=1)

    page = as_user(lea).get(OVERVIEW, {"segment": "SMB"}).content.decode()

    assert 'data-chart="movements"' in page
    assert 'data-chart="health"' not in page


def test_before_the_first_night_there_is_nothing_to_tell(as_user, lea):
    assert b"Nothing is counted yet" in as_user(lea).get(OVERVIEW).content


def test_the_overview_asks_the_same_number_of_questions_of_3_and_of_30(as_user, lea):
    client, asked = as_user(lea), []
    for days in (range(1, 4), range(4, 31)):
        for number in days:
            close(DAY - timedelta(days=number))
            move(CustomerFactory(), DAY - timedelta(days=2), "new", 12, 12)
        with CaptureQueriesContext(connection) as questions:
            client.get(OVERVIEW)
        asked.append(len(questions))

    assert asked[0] == asked[1]
