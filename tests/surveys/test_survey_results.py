"""What a survey brought, with its range, its count and its words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import (
    CustomerFactory,
    InvitationFactory,
    ResponseFactory,
    SurveyFactory,
    WaveFactory,
)

NOW = timezone.now()


@pytest.fixture
def survey(db):
    return SurveyFactory(name="NPS")


def page(client, survey, **query) -> str:
    return client.get(f"/surveys/{survey.pk}/", query).content.decode()


def test_nps_by_respondent_stands_beside_nps_by_customer(as_user, lea, survey):
    bakery, mill = CustomerFactory(name="Bakery"), CustomerFactory(name="Mill")
    for score in (10, 9, 9, 9):
        ResponseFactory(survey=survey, customer=bakery, score=score, answered_at=NOW)
    ResponseFactory(survey=survey, customer=mill, score=0, answered_at=NOW)

    html = page(as_user(lea), survey)

    assert "+60" in html
    assert "5 contacts" in html
    assert "2 customers, one vote each" in html


def test_machines_are_listed_but_do_not_count_until_accepted(as_user, lea, survey):
    response = ResponseFactory(survey=survey, score=0, grade="suspect", answered_at=NOW)
    client = as_user(lea)
    assert "It was a person" in page(client, survey)
    assert "no answers in this period" in page(client, survey)

    client.post(f"/responses/{response.pk}/accept/")

    assert "no answers in this period" not in page(client, survey)


def test_response_rate_is_by_wave_whenever_the_answer_arrives(as_user, lea, survey):
    wave = WaveFactory(survey=survey, name="Autumn", closes_at=NOW - timedelta(days=1))
    asked = [InvitationFactory(wave=wave, message__sent_at=NOW) for _n in range(4)]
    asked[0].contact.bounced_at = NOW + timedelta(hours=1)
    asked[0].contact.save(update_fields=["bounced_at"])
    ResponseFactory(survey=survey, invitation=asked[1], answered_at=NOW, score=9)
    ResponseFactory(survey=survey, invitation=asked[2], answered_at=NOW, score=9, grade="suspect")

    assert "33.3" in page(as_user(lea), survey)


def test_comments_are_shown_as_text_with_their_customer(as_user, lea, survey):
    response = ResponseFactory(
        survey=survey, comment="<script>alert(1)</script> http://evil.example", answered_at=NOW
    )
    ResponseFactory(survey=survey, customer__name="Silent", answered_at=NOW)

    html = page(as_user(lea), survey, **{"with": "comment"})

    assert "&lt;script&gt;" in html
    assert 'href="http://evil.example' not in html
    assert f"/customers/{response.customer_id}/" in html
    assert "Silent" not in html


def test_a_csm_sees_answers_of_her_own_customers_only(as_user, ana, survey):
    ResponseFactory(survey=survey, comment="from a stranger", answered_at=NOW)
    ResponseFactory(survey=survey, comment="from mine", customer__csm=ana, answered_at=NOW)

    html = page(as_user(ana), survey)

    assert "from mine" in html
    assert "from a stranger" not in html


@pytest.mark.parametrize("kind", ["nps", "csat", "ces"])
@pytest.mark.parametrize("scores", [[], [5]])
def test_an_empty_or_lonely_result_is_no_figure_to_lean_on(as_user, lea, kind, scores):
    survey = SurveyFactory(kind=kind)
    for score in scores:
        ResponseFactory(survey=survey, score=score, answered_at=NOW)

    assert "Too few to lean on" in page(as_user(lea), survey)


@pytest.mark.parametrize(
    "query", [{"page": "-1"}, {"page": "x"}, {"period": "7"}, {"wave": "9" * 30}, {"wave": "'"}]
)
def test_nonsense_in_the_address_is_ignored(as_user, lea, survey, query):
    assert as_user(lea).get(f"/surveys/{survey.pk}/", query).status_code == 200


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_page_asks_the_same_number_of_questions(
    as_user, lea, survey, how_many, django_assert_max_num_queries
):
    for _n in range(how_many):
        ResponseFactory(survey=survey, answered_at=NOW)
    client = as_user(lea)

    with django_assert_max_num_queries(11):
        page(client, survey)


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_list_asks_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_max_num_queries
):
    for _n in range(how_many):
        WaveFactory()
    client = as_user(lea)

    with django_assert_max_num_queries(8):
        client.get("/surveys/")
