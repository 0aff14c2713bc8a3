import csv
import io

import pytest
from django.urls import reverse

from customers.exporting import guarded
from customers.models import Customer
from tests.factories import CustomerFactory, SnapshotFactory

ASSIGN = reverse("customers:customer_assign")
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
