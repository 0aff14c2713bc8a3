"""/api/v1/responses: answers read out, and answers from elsewhere brought in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Task
from surveys.models import Response
from tests.api.programs import send
from tests.factories import ContactFactory, CustomerFactory, ResponseFactory, SurveyFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/responses"


def test_an_answer_from_elsewhere_counts_as_imported(ana, api_of):
    contact = ContactFactory(customer__csm=ana)
    body = {"survey": SurveyFactory().pk, "customer": contact.customer_id, "contact": contact.pk}

    made = send(api_of(ana), "post", URL, {**body, "score": 3, "comment": "slow"})

    assert (made.status_code, made.json()["grade"]) == (201, "imported")
    assert Response.objects.counted().get().score == 3


@pytest.mark.parametrize(
    ("kind", "score", "code"),
    [("nps", 11, 400), ("nps", -1, 400), ("nps", 9.5, 400), ("csat", 0, 400), ("csat", 5, 201),
     ("ces", 8, 400), ("nps", "9", 400), ("nps", 0, 201)],
)  # fmt: skip
def test_a_score_lies_on_the_scale_of_its_survey(kind, score, code, lea, api_of):
    body = {"survey": SurveyFactory(kind=kind).pk, "customer": CustomerFactory().pk}

    answer = send(api_of(lea), "post", URL, {**body, "score": score})

    assert answer.status_code == code


def test_answers_are_cut_by_customer_and_narrowed_by_score(ana, api_of):
    for score, csm in ((3, ana), (9, ana), (2, None)):
        ResponseFactory(score=score, customer=CustomerFactory(csm=csm))

    found = api_of(ana).get(URL, {"score__lte": 6}).json()["results"]

    assert [row["score"] for row in found] == [3]


@pytest.mark.parametrize(("days_ago", "score", "tasks"), [(29, 3, 1), (31, 3, 0), (1, 9, 0)])
def test_a_recent_low_score_brought_in_opens_one_task_and_history_opens_none(
    ana, api_of, days_ago, score, tasks
):
    customer = CustomerFactory(csm=ana)
    answered_at = timezone.now() - timedelta(days=days_ago)
    body = {
        "survey": SurveyFactory().pk, "customer": customer.pk, "score": score, "comment": "slow",
        "answered_at": answered_at.isoformat(),
    }  # fmt: skip

    program = api_of(ana)

    made, again = (send(program, "post", URL, body, idempotency_key="one") for _ in range(2))

    assert (made.status_code, again.json()) == (201, made.json())
    opened = Task.objects.filter(customer=customer, assignee=ana, note="slow")
    assert opened.count() == tasks
    assert made.json()["task"] == getattr(opened.first(), "pk", None)
