from datetime import timedelta
from decimal import Decimal

import pytest

from metrics.nps import Nps, account_nps_on, nps_of, nps_on
from surveys.models import Response
from tests.factories import DAY, NOON, ContactFactory, CustomerFactory, ResponseFactory


@pytest.mark.parametrize(
    ("counts", "value", "low", "high"),
    [
        ((50, 30, 20), 30, "14.0511301788", "44.2012970057"),
        ((5, 0, 0), 100, "17.4914530342", "100"),
    ],
)
def test_the_score_and_its_adjusted_range_are_those_worked_by_hand(counts, value, low, high):
    nps = Nps(*counts)

    assert nps.value == value
    assert abs(nps.low - Decimal(low)) < Decimal("0.000001")
    assert abs(nps.high - Decimal(high)) < Decimal("0.000001")


def test_without_answers_there_is_no_score():
    nobody = Nps(0, 0, 0)

    assert (nobody.n, nobody.value, nobody.low, nobody.high) == (0, None, None, None)


def test_six_detracts_seven_and_eight_are_passive_nine_promotes(db):
    for score in (0, 6, 7, 8, 9, 10):
        ResponseFactory(score=score)

    assert nps_of(Response.objects.all()) == Nps(promoters=2, passives=2, detractors=2)


def test_the_latest_answer_of_a_contact_in_the_window_counts(db):
    """The worked example nps-004: +40 by contact, 0 by customer on the same answers."""
    first, second, third = CustomerFactory.create_batch(3)
    a1, a2, a3 = ContactFactory.create_batch(3, customer=first)
    b1, c1 = ContactFactory(customer=second), ContactFactory(customer=third)
    answers = [(a1, 70, 4), (a1, 2, 9), (a2, 50, 10), (a3, 48, 9), (b1, 40, 5), (c1, 30, 8),
               (c1, 91, 10)]  # fmt: skip
    survey = ResponseFactory(score=0, grade="suspect").survey
    for contact, days_ago, score in answers:
        ResponseFactory(
            survey=survey, contact=contact, customer=contact.customer, score=score,
            answered_at=NOON - timedelta(days=days_ago),
        )  # fmt: skip

    by_contact, by_customer = nps_on(DAY), account_nps_on(DAY)

    assert (by_contact.n, by_contact.value) == (5, 40)
    assert (by_customer.n, by_customer.value) == (3, 0)


def test_an_answer_of_the_ninetieth_day_counts_and_one_of_tomorrow_does_not(db):
    survey = ResponseFactory(answered_at=NOON - timedelta(days=89)).survey
    ResponseFactory(survey=survey, answered_at=NOON - timedelta(days=90))
    ResponseFactory(survey=survey, answered_at=NOON + timedelta(days=1))

    assert nps_on(DAY).n == 1
