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


def test_answers_of_another_tool_are_brought_in_corrected_and_taken_away(lea, api_of):
    program = api_of(lea)
    survey = send(program, "post", "/api/v1/surveys", {"name": "2024", "kind": "nps"}).json()
    customer = CustomerFactory()
    body = {"survey": survey["id"], "customer": customer.pk, "external_id": "A-1", "score": 3,
            "answered_at": "2024-05-01T00:00:00Z"}  # fmt: skip
    made = send(program, "post", URL, body)
    one = f"{URL}/{made.json()['id']}"

    moved = send(program, "patch", one, {"customer": CustomerFactory().pk})
    off = send(program, "patch", one, {"score": 11})
    changed = send(program, "patch", one, {"score": 4}, if_match=made["ETag"])

    assert (survey["is_imported"], made.json()["version"]) == (True, survey["versions"][0]["id"])
    assert (moved.status_code, off.status_code, changed.json()["score"]) == (400, 400, 4)
    assert program.get(URL, {"external_id": "A-1"}).json()["results"][0]["score"] == 4
    assert send(program, "delete", one).status_code == 204
    again = send(program, "post", "/api/v1/surveys", {"name": "2024", "kind": "nps"})
    assert again.status_code == 400


def test_what_a_contact_told_us_cannot_be_changed_by_a_program(lea, api_of):
    response = ResponseFactory(score=2)

    changed = send(api_of(lea), "patch", f"{URL}/{response.pk}", {"score": 9})

    assert (changed.status_code, changed.json()["code"]) == (409, "not_imported")


def test_answers_come_in_bulk_and_a_recent_low_one_opens_its_task(ana, api_of):
    customer, survey = CustomerFactory(csm=ana, external_id="C-1"), SurveyFactory()
    item = {"survey": survey.pk, "customer_external_id": "C-1", "score": 2}
    items = [item | {"external_id": "A-1"}, item | {"external_id": "A-2", "score": 10},
             item | {"external_id": "A-3", "score": 11}]  # fmt: skip
    program = api_of(ana)

    first = send(program, "post", f"{URL}/bulk-upsert", {"items": items}).json()
    second = send(program, "post", f"{URL}/bulk-upsert", {"items": items[:2]}).json()

    assert (first["counts"], second["counts"]) == ({"created": 2, "error": 1}, {"unchanged": 2})
    assert Task.objects.get(customer=customer).reason == "detractor"
