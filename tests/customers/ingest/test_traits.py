"""Traits nobody declared: kept for each customer, offered in Settings, declared by one press."""

import pytest
from django.urls import reverse

from customers.ingest import traits
from customers.ingest.traits import fill_attributes
from customers.models import Attribute, Customer, TraitBag
from tests.customers.ingest.conftest import a_track
from tests.factories import CustomerFactory

LIST, DECLARE = "customers:attribute_list", "customers:attribute_declare"


@pytest.fixture
def group(batch):
    """A group call for a customer."""
    numbers = iter(range(1_000))

    def send(said, customer="bakery"):
        item = a_track(next(numbers), type="group", groupId=customer, traits=said)
        assert batch(item).json()["verdicts"] == ["stored"]

    return send


def test_what_nobody_declared_is_kept_as_it_came_last(group, bakery):
    Attribute.objects.create(key="seats", label="Seats", type="number")

    group({"seats": 12, "monthlySpend": 10, "trial": True, "name": "Bakery", "team": ["a"]})
    group({"seats": "many", "monthlySpend": 20, "note": "x" * 501, "": 1})

    bakery.refresh_from_db()
    assert bakery.attributes == {"seats": 12}
    assert bakery.trait_bag.traits == {"monthlySpend": 20, "trial": True, "seats": "many"}


def test_a_value_that_fits_again_leaves_the_bag(group, bakery):
    Attribute.objects.create(key="seats", label="Seats", type="number")

    group({"seats": "many"})
    group({"seats": 5})

    assert TraitBag.objects.get().traits == {}
    assert Customer.objects.get().attributes == {"seats": 5}


def test_a_bag_does_not_grow_without_end(group, bakery, monkeypatch):
    monkeypatch.setattr(traits, "LARGEST_BAG", 100)

    group({f"old{n}": "x" * 20 for n in range(3)})
    group({"new": "y" * 20})

    assert TraitBag.objects.get().traits == {"new": "y" * 20}


def test_a_browser_cannot_fill_a_bag(post, browser_key, bakery):
    item = a_track(1, type="group", groupId="bakery", traits={"colour": "red"})

    post("/v1/batch", {"writeKey": browser_key.text, "batch": [item]})

    assert not TraitBag.objects.exists()


def test_one_press_declares_a_name_and_brings_in_what_was_said(
    group, bakery, as_user, lea, django_capture_on_commit_callbacks
):
    group({"monthlySpend": 10})
    CustomerFactory(external_id="mill", attributes={"monthlyspend": 7})
    group({"monthlySpend": "n/a"}, "mill")
    client = as_user(lea)
    [(_trait, form)] = client.get(reverse(LIST)).context["lines"]
    asked = {**form.initial, "type": "number"}

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(DECLARE), asked)

    attribute = Attribute.objects.get()
    assert (attribute.trait, attribute.type) == ("monthlySpend", "number")
    values = dict(Customer.objects.values_list("external_id", "attributes"))
    assert values == {"bakery": {attribute.key: 10}, "mill": {"monthlyspend": 7}}
    group({"monthlySpend": 11})
    assert Customer.objects.get(external_id="bakery").attributes == {attribute.key: 11}
    [(_attribute, misfit)] = client.get(reverse(LIST)).context["declared"]
    assert (misfit.count, misfit.example) == (1, "n/a")


def test_what_was_said_since_is_not_overwritten_out_of_a_bag(bakery):
    TraitBag.objects.create(customer=bakery, traits={"seats": 1, "plan": "free"})
    Attribute.objects.create(key="seats", label="Seats", type="number")
    Customer.objects.update(attributes={"seats": 2})

    assert (fill_attributes(), fill_attributes()) == (1, 0)

    assert Customer.objects.get().attributes == {"seats": 2}
    assert TraitBag.objects.get().traits == {"plan": "free"}


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([1, 2.5], "number"), ([True, False], "boolean"), (["2026-06-15"], "date"),
        (["https://a.example"], "url"), (["a@b.example"], "email"), ([1, "two"], "text"),
    ],
)  # fmt: skip
def test_the_type_offered_is_the_narrowest_that_fits_all(values, type_, as_user, lea):
    for value in values:
        TraitBag.objects.create(customer=CustomerFactory(), traits={"thing": value})

    [(trait, form)] = as_user(lea).get(reverse(LIST)).context["lines"]

    assert (trait.count, form.initial["type"]) == (len(values), type_)


def test_a_name_can_be_declared_once_and_a_key_is_never_taken_twice(as_user, lea):
    client = as_user(lea)
    asked = {"label": "Spend", "type": "text"}

    client.post(reverse(DECLARE), {**asked, "trait": "monthly spend"})
    again = client.post(reverse(DECLARE), {**asked, "trait": "monthly spend"})
    client.post(reverse(DECLARE), {**asked, "trait": "monthly-spend"})

    assert again.status_code == 422
    assert "This name is declared already." in again.content.decode()
    keys = list(Attribute.objects.values_list("key", flat=True))
    assert keys == ["monthly_spend", "monthly_spend_2"]


def test_the_page_asks_no_more_of_many_bags(as_user, lea, django_assert_num_queries):
    client = as_user(lea)
    client.get(reverse(LIST))
    with django_assert_num_queries(5) as few:
        client.get(reverse(LIST))
    for n in range(30):
        TraitBag.objects.create(customer=CustomerFactory(), traits={f"name{n}": n, "all": n})

    with django_assert_num_queries(len(few)):
        page = client.get(reverse(LIST))

    assert page.context["lines"][0][0].name == "all"
