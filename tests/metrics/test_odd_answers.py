"""Answers there are none of, one of, or only equal ones of: each has a defined figure."""

import pytest
from django.urls import reverse

from metrics.loyalty.answers import CSAT, NPS
from metrics.loyalty.verdicts import compared
from metrics.question import question_of
from surveys.models import Response
from tests.factories import CustomerFactory, SubscriptionVersionFactory
from tests.metrics.test_loyalty_figures import JUNE, TODAY, answer, figure_of
from tests.metrics.test_revenue_figures import book

pytestmark = pytest.mark.django_db
MEANS = ("csat_mean", "ces_mean", "ces_effort_mean")


def test_a_customer_without_contacts_is_not_heard_and_breaks_nothing(as_user, lea):
    customer = CustomerFactory(csm=None)
    SubscriptionVersionFactory(subscription__customer=customer)
    book()

    coverage = figure_of("answer_coverage")

    assert (coverage.numerator, coverage.denominator) == (0, 1)
    for code in ("nps", "nps_by_customer", "csat", "ces", "response_rate", *MEANS):
        assert (figure_of(code).value, figure_of(code).reason) == (None, "no_data")
    assert as_user(lea).get(reverse("metrics:loyalty"), JUNE).status_code == 200
    assert as_user(lea).get(customer.get_absolute_url()).status_code == 200


def test_one_answer_is_too_little_for_a_share_a_range_or_a_verdict(as_user, lea):
    for kind, score in (("nps", 10), ("csat", 5), ("ces", 7), ("ces5", 1)):
        answer(kind, [score])

    for code in ("nps", "nps_by_customer", "csat", "ces", "ces_effort"):
        assert (figure_of(code).flag, figure_of(code).n) == ("insufficient_n", 1)
        assert not figure_of(code).is_shown
    assert [figure_of(code).interval for code in (*MEANS, "nps_by_customer")] == [None] * 4
    assert figure_of("nps").parts["clustered_error"] is None
    for scale in (NPS, CSAT):
        assert compared(scale, question_of(JUNE, TODAY)).verdict == "no_data"
    assert as_user(lea).get(reverse("metrics:loyalty"), JUNE).status_code == 200


def test_equal_answers_are_no_certainty():
    for kind, score in (("nps", 10), ("csat", 5), ("ces", 7)):
        for _ in range(6):
            answer(kind, [score])

    nps, csat, ces = (figure_of(code) for code in ("nps", "csat", "ces"))

    assert (nps.value, csat.value, ces.value) == (100, 1, 1)
    for figure, top in ((nps, 100), (csat, 1), (ces, 1)):
        assert figure.interval.low < figure.interval.high == top
    assert [figure_of(code).value for code in ("csat_mean", "ces_mean")] == [5, 7]
    # Their spread is nothing, and says nothing of chance.
    assert [figure_of(c).interval for c in ("csat_mean", "ces_mean", "nps_by_customer")] == [
        None] * 3  # fmt: skip
    assert Response.objects.count() == 18
