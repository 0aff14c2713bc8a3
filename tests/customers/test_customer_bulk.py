import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.exporting import guarded
from customers.models import Customer, Task, TouchPin
from lib import days
from surveys.inviting import contacts_of
from surveys.models import Wave
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    SnapshotFactory,
    SurveyVersionFactory,
    TaskFactory,
)

ASSIGN = reverse("customers:customer_assign")
SEGMENT = reverse("customers:customer_segment")
TASK = reverse("customers:customer_task")
STAGE = reverse("customers:customer_stage")
TOUCH = reverse("customers:customer_touch")
INVITE = reverse("customers:customer_invite")
EXPORT = reverse("customers:customer_export")
pytestmark = pytest.mark.django_db


def lines(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_chosen_customers_change_hands(as_user, lea, ben):
    chosen, other = CustomerFactory.create_batch(2)

    as_user(lea).post(ASSIGN, {"customer": [chosen.pk], "csm": ben.pk})

    assert list(Customer.objects.filter(csm=ben)) == [chosen]
    assert Customer.objects.get(pk=other.pk).csm == other.csm


def test_open_work_goes_along_and_what_is_done_or_somebody_elses_stays(as_user, ana, ben, lea):
    customer = CustomerFactory(csm=ana)
    hers, done, free, of_lea = (
        TaskFactory(customer=customer, assignee=person) for person in (ana, ana, None, lea)
    )
    elsewhere = TaskFactory(customer=CustomerFactory(csm=ana), assignee=ana)
    done.mark_done(by=ana)

    as_user(lea).post(ASSIGN, {"customer": [customer.pk], "csm": ben.pk})

    assert set(Task.objects.filter(assignee=ben)) == {hers, free}
    assert set(Task.objects.filter(assignee=ana)) == {done, elsewhere}
    assert Task.objects.get(assignee=lea) == of_lea


def test_without_a_new_csm_work_stays_with_whoever_had_it(ana):
    task = TaskFactory(customer=CustomerFactory(csm=ana), assignee=ana)

    Customer.objects.update(csm=None)

    task.refresh_from_db()
    assert task.assignee == ana


def test_a_csm_cannot_take_somebody_elses_customer(as_user, ana, ben):
    brewery = CustomerFactory(csm=ben)

    as_user(ana).post(ASSIGN, {"customer": [brewery.pk], "csm": ana.pk})

    assert Customer.objects.get(pk=brewery.pk).csm == ben


@pytest.mark.parametrize("csm", ["", "x", "0"])
def test_without_a_choice_or_a_csm_nothing_changes_and_it_is_said(as_user, lea, csm):
    customer = CustomerFactory()

    response = as_user(lea).post(ASSIGN, {"customer": [customer.pk], "csm": csm}, follow=True)

    assert b"Choose at least one customer" in response.content
    assert Customer.objects.get(pk=customer.pk).csm == customer.csm


def test_an_export_holds_what_the_filters_let_through(as_user, lea):
    SnapshotFactory(customer__name="Well", health_band="green")
    SnapshotFactory(customer__name="Ill", health_band="red", health_score=12)

    found = lines(as_user(lea).get(EXPORT, {"band": "red"}))

    assert [(row["name"], row["health"]) for row in found] == [("Ill", "12.00")]


def test_chosen_lines_are_exported_and_nobody_elses(as_user, ana, ben):
    bakery, brewery = CustomerFactory(name="Bakery", csm=ana), CustomerFactory(csm=ben)

    response = as_user(ana).post(EXPORT, {"customer": [bakery.pk, brewery.pk]})

    assert [row["name"] for row in lines(response)] == ["Bakery"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_name_that_is_a_formula_is_disarmed(as_user, lea, start):
    SnapshotFactory(customer__name=f"{start}cmd|' /C calc'!A0", customer__csm=lea)

    found = lines(as_user(lea).get(EXPORT))

    assert found[0]["name"].startswith(f"'{start}")


def test_figures_are_left_figures():
    assert guarded(-5) == -5
    assert guarded("Bakery") == "Bakery"
    assert guarded(None) == ""


def test_chosen_customers_move_to_a_segment_there_is_and_to_no_other(as_user, lea):
    chosen, other = CustomerFactory(segment="SMB"), CustomerFactory(segment="Enterprise")
    client = as_user(lea)

    client.post(SEGMENT, {"customer": [chosen.pk], "segment": "Enterprise"})
    refused = client.post(SEGMENT, {"customer": [other.pk], "segment": "Elsewhere"}, follow=True)

    assert b"and a segment" in refused.content
    assert set(Customer.objects.values_list("segment", flat=True)) == {"Enterprise"}


def test_a_task_is_opened_for_each_chosen_customer_one_may_see(as_user, ana, ben):
    bakery, brewery = CustomerFactory(csm=ana), CustomerFactory(csm=ben)
    asked = {"customer": [bakery.pk, brewery.pk], "title": "Say hello", "due_on": "2026-07-01"}

    as_user(ana).post(TASK, asked)

    task = Task.objects.get()
    assert (task.customer, task.assignee, task.title) == (bakery, ana, "Say hello")
    assert task.due_on == date(2026, 7, 1)


@pytest.mark.parametrize("wrong", [{"title": ""}, {"due_on": "soon"}, {"customer": []}])
def test_a_task_for_many_that_is_not_understood_opens_none(as_user, ana, wrong):
    bakery = CustomerFactory(csm=ana)
    asked = {"customer": [bakery.pk], "title": "Say hello", "due_on": ""} | wrong

    response = as_user(ana).post(TASK, asked, follow=True)

    assert b"and say what to do" in response.content
    assert not Task.objects.exists()


def test_nobody_is_chosen_to_take_customers_over_before_somebody_chose(as_user, lea):
    SnapshotFactory()

    shown = as_user(lea).get(reverse("customers:customer_list")).content.decode()

    assert 'name="csm"><option value="" selected>' in shown


def test_chosen_customers_move_to_a_stage_and_those_who_left_stay(as_user, ana, ben):
    bakery, brewery = CustomerFactory(csm=ana, stage="adopting"), CustomerFactory(csm=ben)
    gone = CustomerFactory(csm=ana, stage="churned", churned_on=date(2026, 1, 1))
    asked = {"customer": [bakery.pk, brewery.pk, gone.pk], "stage": "growing"}

    response = as_user(ana).post(STAGE, asked, follow=True)

    stages = [Customer.objects.get(pk=c.pk).stage for c in (bakery, brewery, gone)]
    assert stages == ["growing", brewery.stage, "churned"]
    assert b"1 customer has left" in response.content


@pytest.mark.parametrize("stage", ["", "churned", "detected", "elsewhere"])
def test_nobody_leaves_by_a_choice_in_the_list(as_user, lea, stage):
    customer = CustomerFactory(stage="adopting")

    response = as_user(lea).post(STAGE, {"customer": [customer.pk], "stage": stage}, follow=True)

    assert b"and a stage" in response.content
    assert Customer.objects.get().stage == "adopting"


def test_chosen_customers_move_to_a_tier_but_for_those_a_pin_holds(as_user, ana, ben):
    bakery, held = CustomerFactory.create_batch(2, csm=ana, touch="low")
    brewery = CustomerFactory(csm=ben, touch="low")
    TouchPin.objects.create(customer=held, touch="low", reason="Reference", until=days.today())
    asked = {"customer": [bakery.pk, held.pk, brewery.pk], "touch": "high"}

    response = as_user(ana).post(TOUCH, asked, follow=True)

    assert [c.touch for c in Customer.objects.order_by("pk")] == ["high", "low", "low"]
    assert b"1 customer is pinned to another tier" in response.content


def test_chosen_customers_are_pinned_for_one_reason_and_it_is_logged(as_user, lea):
    first, second = CustomerFactory.create_batch(2, touch="low")
    TouchPin.objects.create(customer=first, touch="low", reason="Old", until=date(2026, 1, 1))
    until = days.today() + timedelta(days=90)
    asked = {"customer": [first.pk, second.pk], "touch": "high", "reason": "Reference customers"}

    as_user(lea).post(TOUCH, asked | {"until": until.isoformat()})

    pins = TouchPin.objects.values_list("touch", "reason", "until", "author")
    assert list(pins) == [("high", "Reference customers", until, lea.pk)] * 2
    assert set(Customer.objects.values_list("touch", flat=True)) == {"high"}
    written = TouchPin.pgh_event_model.objects.filter(reason="Reference customers")
    assert {event.pgh_context.metadata["user"] for event in written} == {lea.pk}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"touch": ""}, b"and a touch tier"),
        ({"touch": "golden"}, b"golden"),
        ({"reason": "Reference"}, b"Give both"),
        ({"until": "2200-01-01"}, b"Give both"),
        ({"until": "2020-01-01", "reason": "Reference"}, b"must not lie in the past"),
    ],
)
def test_a_tier_that_is_not_understood_moves_nobody(as_user, lea, wrong, said):
    customer = CustomerFactory(touch="low")
    asked = {"customer": [customer.pk], "touch": "high"} | wrong

    response = as_user(lea).post(TOUCH, asked, follow=True)

    assert said in response.content
    assert Customer.objects.get().touch == "low"
    assert not TouchPin.objects.exists()


def test_chosen_customers_become_the_audience_of_a_survey_and_nobody_else(as_user, lea):
    asked, other = ContactFactory(customer__name="Bakery"), ContactFactory(customer__name="Brewery")
    survey = SurveyVersionFactory(published_at=timezone.now()).survey
    client = as_user(lea)

    shown = client.post(INVITE, {"customer": [asked.customer_id], "survey": survey.pk}, follow=True)
    client.post(
        reverse("surveys:wave_create", args=[survey.pk]), {"customers": str(asked.customer_id)}
    )

    assert "1 contact will be asked" in shown.content.decode()
    assert "Brewery" not in shown.content.decode()
    assert list(contacts_of(Wave.objects.get().audience)) == [asked]
    assert other not in contacts_of({"customers": []})


@pytest.mark.parametrize("wrong", [{"survey": ""}, {"survey": "x"}, {"customer": []}])
def test_without_a_survey_or_customers_nobody_is_invited(as_user, lea, wrong):
    survey = SurveyVersionFactory(published_at=timezone.now()).survey
    asked = {"customer": [CustomerFactory().pk], "survey": survey.pk} | wrong

    response = as_user(lea).post(INVITE, asked, follow=True)

    assert b"and a survey" in response.content


@pytest.mark.parametrize("customers", ["x", "1.2;3", "999999999", "9" * 4_001])
def test_customers_that_are_not_understood_ask_nobody_instead_of_all(as_user, lea, customers):
    ContactFactory()
    survey = SurveyVersionFactory(published_at=timezone.now()).survey
    url = reverse("surveys:wave_create", args=[survey.pk])

    response = as_user(lea).post(url, {"customers": customers})

    assert response.status_code == 422
    assert not Wave.objects.exists()
