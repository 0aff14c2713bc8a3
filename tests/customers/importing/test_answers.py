"""Answers of an earlier tool from a file: whose they are, what they do and do not set off."""

import pytest
import time_machine
from django.core import mail

from customers.models import Task
from metrics.catalogue import BY_CODE
from metrics.question import question_of
from outreach.models import Message
from surveys.importing import Surveys
from surveys.models import Response, Survey
from surveys.writing import add_imported_survey
from tests.customers.importing.conftest import undo
from tests.factories import DAY, NOON, ContactFactory, CustomerFactory, SurveyFactory

pytestmark = pytest.mark.django_db
HEADER = "回答ID,回答者,顧客ID,指標,点数,コメント,回答日,調査名\n"


@pytest.fixture(autouse=True)
def _june():
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def hana():
    return ContactFactory(
        external_id="P-7", email="Hana@Sakura.example",
        customer=CustomerFactory(external_id="0012"),
    )  # fmt: skip


def test_answers_come_with_their_survey_and_count_at_once(load, hana):
    SurveyFactory(name="2025")  # one of ours: never mixed with what was asked elsewhere

    rows = "A1,P-7,,NPS,9,良い,2026-06-01,2025\nA2,,0012,nps,3,,2026-06-02,2025\n"
    load("answers", HEADER + rows)

    survey = Survey.objects.get(is_imported=True)
    assert (survey.name, survey.kind, survey.closed_at is None) == ("2025", "nps", False)
    answer = Response.objects.get(external_id="A1")
    assert (answer.contact, answer.customer, answer.version.survey) == (hana, hana.customer, survey)
    assert (answer.grade, answer.comment) == ("imported", "良い")
    figure = BY_CODE["nps"].answer(question_of({"period": "2026-06"}, DAY))
    assert (figure.value, figure.n) == (0, 2)


def test_an_imported_survey_is_read_but_neither_worded_nor_sent(load, hana, lea, as_user):
    load("answers", HEADER + "A1,P-7,,nps,9,良い,2026-06-01,Spring\n")
    survey, browser = Survey.objects.get(is_imported=True), as_user(lea)

    assert "imported" in browser.get("/surveys/").content.decode()
    assert "良い" in browser.get(f"/surveys/{survey.pk}/").content.decode()
    for page in ("edit", "preview", "send"):
        assert browser.get(f"/surveys/{survey.pk}/{page}/").status_code == 404


def test_nobody_is_written_to_and_no_task_is_opened(load, hana):
    load("answers", HEADER + "A1,P-7,,nps,0,dreadful,2026-06-14,\nA2,P-7,,nps,0,,2024-06-14,\n")

    assert not Task.objects.exists()
    assert not Message.objects.exists()
    assert mail.outbox == []


def test_the_same_file_again_changes_nothing_and_a_correction_can_be_undone(load, check, hana):
    text = HEADER + "A1,hana@sakura.example,,nps,9,,2026-06-01,Old\n"
    load("answers", text)

    again = check("answers", text)
    corrected = load("answers", text.replace(",9,", ",2,").replace("Old", "New"))

    assert again.counts == {"unchanged": 1}
    answer = Response.objects.get()
    assert (answer.score, answer.survey.name) == (2, "New")
    undo(corrected)
    answer.refresh_from_db()
    assert (answer.score, answer.survey.name) == (9, "Old")
    assert list(Survey.objects.filter(is_imported=True).values_list("name", flat=True)) == ["Old"]


def test_an_undo_takes_answers_and_their_survey_but_keeps_what_has_a_task(load, hana):
    run = load("answers", HEADER + "A1,P-7,,nps,9,,2026-06-01,A\nA2,P-7,,nps,1,,2026-06-02,B\n")
    task = Task.objects.create(title="Call", due_on=DAY, customer=hana.customer)
    add_imported_survey("C", "nps", now=NOON)  # made by a program that has not sent answers yet
    Response.objects.filter(external_id="A2").update(task=task)

    undo(run)

    assert list(Response.objects.values_list("external_id", flat=True)) == ["A2"]
    assert list(Survey.objects.filter(is_imported=True).values_list("name", flat=True)) == [
        "B",
        "C",
    ]
    assert run.counts["kept"] == 1


def test_a_survey_that_a_program_made_a_moment_before_is_taken(load, hana, monkeypatch):
    made = add_imported_survey("A", "nps", now=NOON).survey
    monkeypatch.setattr(Surveys, "named_in", lambda drafts, context: Surveys(context.is_saving))

    load("answers", HEADER + "A1,P-7,,nps,9,,2026-06-01,A\n")

    assert Response.objects.get().survey == made


def test_answers_that_cannot_be_say_why(check, hana):
    ContactFactory(email=hana.email)
    rows = [
        "A,P-9,,nps,9,,2026-06-01,", "B,P-7,9999,nps,9,,2026-06-01,", "C,,,nps,9,,2026-06-01,",
        "D,P-7,,csat,0,,2026-06-01,", "E,P-7,,ces,8,,2026-06-01,", "F,P-7,,nps,9,,2027-06-01,",
        "G,P-7,,stars,5,,2026-06-01,", "H,P-7,,nps,9.5,,2026-06-01,",
        "I,hana@sakura.example,,nps,9,,2026-06-01,", "J,,0012,nps,9,,2026-06-01,",
        "J,,0012,nps,9,,2026-06-01,",
    ]  # fmt: skip

    run = check("answers", HEADER + "\n".join(rows))

    rejected = run.rows.filter(verdict="rejected").order_by("number")
    assert [row.problems[0]["code"] for row in rejected] == [
        "unknown_contact", "unknown_customer", "needs_customer_or_contact", "number_out_of_range",
        "number_out_of_range", "in_the_future", "not_a_choice", "not_whole", "ambiguous_contact",
        "twice_in_file",
    ]  # fmt: skip


def test_an_importer_reaches_only_customers_of_her_own(check, ana, hana):
    ana.role = "csm"

    run = check("answers", HEADER + "A,P-7,,nps,9,,2026-06-01,\n", user=ana)

    assert run.counts == {"rejected": 1}
