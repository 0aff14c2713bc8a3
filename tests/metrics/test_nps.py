from datetime import timedelta
from decimal import Decimal

import pytest

from metrics.nps import Nps, nps_of, nps_on
from surveys.models import Response
from tests.factories import DAY, NOON, ResponseFactory


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


def test_an_answer_of_the_ninetieth_day_counts_and_one_of_tomorrow_does_not(db):
    survey = ResponseFactory(answered_at=NOON - timedelta(days=89)).survey
    ResponseFactory(survey=survey, answered_at=NOON - timedelta(days=90))
    ResponseFactory(survey=survey, answered_at=NOON + timedelta(days=1))

    assert nps_on(DAY).n == 1
