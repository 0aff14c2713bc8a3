import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from customers.exporting import guarded
from customers.models import Customer, Task
from tests.factories import CustomerFactory, SnapshotFactory

ASSIGN = reverse("customers:customer_assign")
SEGMENT = reverse("customers:customer_segment")
TASK = reverse("customers:customer_task")
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
