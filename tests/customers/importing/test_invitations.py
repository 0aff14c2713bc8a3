"""Whom an earlier tool asked, from a file: response rates as another program can check them."""

import pytest
import time_machine
from django.urls import reverse

from customers.models import Contact
from outreach.models import Message
from surveys.models import Invitation, Response, Survey, Wave
from tests.customers.importing.conftest import undo
from tests.factories import NOON, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
ASKED = "招待ID,連絡先ID,kind,survey,送信日,配信結果,締切\n"
ANSWERED = "id,contact,kind,survey,score,date,invitation\n"


@pytest.fixture(autouse=True)
def _june():
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture(autouse=True)
def _people():
    customer = CustomerFactory(external_id="0012")
    for n in range(1, 6):
        ContactFactory(external_id=f"P-{n}", email=f"p{n}@sakura.example", customer=customer)


@pytest.fixture
def rate(api_of, lea):
    def asked(**more):
        answer = api_of(lea).get("/api/v1/numbers/response_rate", {"period": "2026-05"} | more)
        return answer.json()

    return asked


def test_response_rates_of_files_are_told_by_the_day_of_sending(load, rate):
    """rsp-001"""
    load("invitations", ASKED + "\n".join([
        "1,P-1,nps,Old,2026-05-01,delivered,", "2,P-2,nps,Old,2026-05-05,bounced,",
        "3,P-3,nps,Old,2026-05-31,delivered,", "4,P-4,nps,Old,2026-04-27,delivered,",
        "5,P-5,nps,Old,2026-05-20,,", "6,P-4,nps,Old,2026-05-20,suppressed,",
    ]))  # fmt: skip
    load("answers", ANSWERED + "A1,P-1,nps,Old,9,2026-05-02,1\nA3,P-3,nps,Old,7,2026-06-02,3\n"
         "A4,P-4,nps,Old,3,2026-05-01,4\n")  # fmt: skip

    may, april = rate(), rate(period="2026-04")

    assert (may["numerator"], may["denominator"], may["flag"]) == ("2", "3", "insufficient_n")
    assert float(may["value"]) == pytest.approx(2 / 3)
    assert (april["numerator"], april["denominator"]) == ("1", "1")
    assert (Message.objects.count(), Contact.objects.filter(bounced_at=None).count()) == (0, 5)


def test_where_everything_came_back_there_is_no_rate(load, rate):
    """rsp-002"""
    load("invitations", ASKED + "1,P-1,nps,Old,2026-05-05,bounced,\n")

    assert (rate()["value"], rate()["reason"], rate()["n"]) == (None, "no_data", 0)


def test_the_rate_is_maturing_as_long_as_one_may_still_answer(load, rate):
    rows = [f"{n},P-{n},nps,Old,2026-05-05,,2026-06-01" for n in range(1, 5)]
    load("invitations", ASKED + "\n".join([*rows, "5,P-5,nps,Old,2026-05-05,,2026-07-01"]))

    wave = Wave.objects.get()

    assert (rate()["flag"], rate()["n"]) == ("maturing", 5)
    assert (wave.mailing, wave.survey.is_imported, str(wave)) == (None, True, "Old")


def test_a_correction_keeps_what_it_does_not_say_and_can_be_undone(load, check):
    text = ASKED + "1,P-1,nps,Old,2026-05-05,bounced,2026-06-01\n"
    load("invitations", text)

    again = check("invitations", text)
    moved = load("invitations", ASKED + "1,P-1,nps,Old,2026-05-06,,\n")

    assert again.counts == {"unchanged": 1}
    asked = Invitation.objects.get()
    assert (asked.is_returned, asked.sent_at.day, asked.expires_at.month) == (True, 5, 5)
    undo(moved)
    asked.refresh_from_db()
    assert asked.sent_at.isoformat() == "2026-05-04T15:00:00+00:00"


def test_an_undo_keeps_what_was_answered_and_takes_empty_surveys_along(load):
    asked = load("invitations", ASKED + "1,P-1,nps,Old,2026-05-05,,\n2,P-2,ces,New,2026-05-05,,\n")
    answers = load("answers", ANSWERED + "A1,P-1,nps,Old,9,2026-05-06,1\n")

    undo(asked)

    assert [row.external_id for row in Invitation.objects.all()] == ["1"]
    assert list(Survey.objects.filter(is_imported=True).values_list("name", flat=True)) == ["Old"]
    undo(answers)
    assert (Response.objects.count(), Survey.objects.filter(name="Old").count()) == (0, 1)


def test_invitations_and_answers_that_do_not_fit_say_why(load, check):
    rows = ["1,P-9,nps,Old,2026-05-05,,", "2,P-1,nps,Old,2027-05-05,,",
            "3,P-1,nps,Old,2026-05-05,lost,", "4,P-1,nps,Old,2026-05-05,,"]  # fmt: skip
    run = load("invitations", ASKED + "\n".join(rows))
    load("answers", ANSWERED + "A1,P-1,nps,Old,9,2026-05-06,4\n")

    answers = check("answers", ANSWERED + "\n".join([
        "A2,P-1,nps,Old,9,2026-05-07,4", "A3,P-2,nps,Old,9,2026-05-07,4",
        "A4,P-1,nps,New,9,2026-05-07,4", "A5,P-1,nps,Old,9,2026-05-07,77",
    ]))  # fmt: skip

    assert codes(run) == ["unknown_contact", "in_the_future", "not_a_choice"]
    assert codes(answers) == [
        "answered_already", "invitation_of_another", "invitation_of_another", "unknown_invitation",
    ]  # fmt: skip


def codes(run):
    rejected = run.rows.filter(verdict="rejected").order_by("number")
    return [problem["code"] for row in rejected for problem in row.problems]


def test_pages_show_what_was_sent_elsewhere(load, as_user, lea):
    load("invitations", ASKED + "1,P-1,nps,Old,2026-05-05,,\n2,P-2,nps,Old,2026-05-05,bounced,\n")
    load("answers", ANSWERED + "A1,P-1,nps,Old,9,2026-05-06,1\n")
    survey, wave, browser = Survey.objects.get(is_imported=True), Wave.objects.get(), as_user(lea)

    results = browser.get(f"/surveys/{survey.pk}/").content.decode()
    page = browser.get(reverse("surveys:wave_detail", args=[wave.pk])).content.decode()

    assert "100" in results
    assert f"/surveys/{survey.pk}/send/" not in results
    assert "Imported" in page
    assert "Mail came back" in page
