"""The Loyalty page: what it shows to whom, and the verdicts behind it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from metrics.loyalty.answers import CSAT, NPS
from metrics.loyalty.series import by_day, by_month
from metrics.loyalty.verdicts import compared, compared_by_groups
from metrics.question import question_of
from metrics.traits import keep_traits
from surveys.models import Response
from tests.factories import DAY, NOON, ContactFactory, CustomerFactory, SurveyFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("metrics:loyalty")
JUNE = question_of({"period": "2026-06"}, date(2026, 7, 1))


def answer(survey, scores, days_ago=0, **more):
    customer = more.pop("customer", None) or CustomerFactory(csm=None)
    Response.objects.bulk_create(
        Response(survey=survey, customer=customer, score=score,
                 answered_at=NOON - timedelta(days=days_ago), **more)
        for score in scores
    )  # fmt: skip


def test_a_change_is_called_one_only_when_the_test_says_so():
    survey = SurveyFactory(kind="nps")
    answer(survey, [9] * 40 + [8] * 35 + [0] * 25, days_ago=30)
    answer(survey, [9] * 55 + [8] * 28 + [0] * 17)

    whole = compared(NPS, JUNE)

    assert (whole.before.value, whole.now.value, whole.verdict) == (15, 38, "higher")


def test_groups_are_judged_together():
    survey, twenty = SurveyFactory(kind="csat"), range(20)
    for n in twenty:
        customer = CustomerFactory(segment=f"S{n:02}", csm=None)
        answer(survey, [5] * 12 + [1] * 12, days_ago=30, customer=customer)
        answer(survey, [5] * (19 if n == 0 else 12) + [1] * (5 if n == 0 else 12),
               customer=customer)  # fmt: skip
    keep_traits(date(2026, 5, 1), first=0, last=2**62)

    found = {line.name: line for line in compared_by_groups(CSAT, JUNE)["segment"]}

    assert found["S00"].change.p_value < 0.05 < found["S00"].p_value
    assert {line.verdict for line in found.values()} == {"no_evidence"}


def test_the_same_people_are_compared_with_themselves():
    survey, customer = SurveyFactory(kind="nps"), CustomerFactory(csm=None)
    for contact in ContactFactory.create_batch(12, customer=customer):
        answer(survey, [8], days_ago=30, customer=customer, contact=contact)
        answer(survey, [9], customer=customer, contact=contact)

    whole = compared(NPS, JUNE)

    assert (whole.is_paired, whole.change.difference, whole.verdict) == (True, 100, "higher")


def test_the_line_by_day_takes_the_latest_answer_of_90_days_as_of_each_day():
    survey, contact = SurveyFactory(kind="nps"), ContactFactory()
    for days_ago, score in ((100, 10), (20, 0)):
        answer(survey, [score], days_ago=days_ago, customer=contact.customer, contact=contact)

    points = {point.day: point for point in by_day(NPS, JUNE, days=140)}

    assert points[DAY - timedelta(days=100)].value == 100
    assert points[DAY - timedelta(days=21)].value == 100
    assert points[DAY - timedelta(days=20)].value == -100
    assert points[DAY - timedelta(days=101)].value is None
    assert [point.n for point in by_month(NPS, JUNE)] == [1, 1]


def test_an_answer_leaves_the_line_when_it_is_90_days_old():
    answer(SurveyFactory(kind="nps"), [10], days_ago=89)

    points = {point.day: point.n for point in by_day(NPS, JUNE)}

    assert (points[DAY], points[DAY + timedelta(days=1)]) == (1, 0)


@pytest.fixture
def said(ana, ben):
    survey = SurveyFactory(kind="nps")
    for csm, words in ((ana, "Hers is splendid"), (ben, "His is dreadful")):
        customer = CustomerFactory(csm=csm, segment="Small")
        answer(survey, [9, 9, 8, 3, 9, 10], customer=customer, comment=words)
    keep_traits(date(2026, 5, 1), first=0, last=2**62)


@pytest.mark.parametrize("scale", ["", "nps", "csat", "ces", "ces5", "nonsense"])
def test_every_score_can_be_looked_at(as_user, lea, said, scale):
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        page = as_user(lea).get(PAGE, {"scale": scale})

    assert page.status_code == 200
    assert "Response rate" in page.content.decode()


def test_a_csm_reads_the_words_of_her_own_customers_only(as_user, ana, lea, said):
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        hers = as_user(ana).get(PAGE).content.decode()
        all_of_it = as_user(lea).get(PAGE).content.decode()

    assert "Hers is splendid" in hers
    assert "His is dreadful" not in hers
    assert "His is dreadful" in all_of_it


def test_without_answers_the_page_says_what_to_do(as_user, lea):
    page = as_user(lea).get(PAGE).content.decode()

    assert "No answers in this period" in page
