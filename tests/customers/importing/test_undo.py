"""An import can be taken back as a whole, for some time, and never over somebody's later work."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import Customer, Subscription, SubscriptionVersion, UsageEvent
from tests.customers.importing.conftest import undo
from tests.factories import CustomerFactory, SubscriptionFactory, SubscriptionVersionFactory

CUSTOMERS = "id,name,parent\nC-1,Bakery,\nC-2,Mill,C-1\n"


def test_new_customers_go_again_parents_after_their_children(load):
    run = load("customers", CUSTOMERS)

    undo(run)

    assert (run.state, run.counts["undone"]) == ("undone", 2)
    assert not Customer.objects.exists()


def test_changed_customers_get_their_former_values_back(load):
    CustomerFactory(external_id="C-1", name="Old bakery", industry="Food")
    run = load("customers", "id,name,industry\nC-1,Bakery,NULL\n")

    undo(run)

    bakery = Customer.objects.get()
    assert (bakery.name, bakery.industry) == ("Old bakery", "Food")


def test_a_customer_changed_since_is_kept_and_named_and_the_rest_goes(load):
    run = load("customers", "id,name\nC-1,Bakery\nC-2,Mill\n")
    Customer.objects.filter(external_id="C-1").update(name="Better bakery")

    undo(run)

    assert list(Customer.objects.values_list("name", flat=True)) == ["Better bakery"]
    assert list(run.rows.filter(undone="kept").values_list("external_id", flat=True)) == ["C-1"]


def test_a_customer_somebody_has_built_upon_is_kept(load):
    run = load("customers", "id,name\nC-1,Bakery\nC-2,Mill\n")
    SubscriptionFactory(customer=Customer.objects.get(external_id="C-1"))

    undo(run)

    assert Customer.objects.get().external_id == "C-1"


def test_versions_and_the_subscriptions_made_for_them_go_again(load):
    bakery = CustomerFactory(external_id="C-1")
    known = SubscriptionFactory(customer=bakery, external_id="S-1")
    SubscriptionVersionFactory(subscription=known, price=Decimal(10))
    run = load(
        "subscriptions",
        "id,customer id,start date,price\nS-1,C-1,2026-01-01,12\nS-2,C-1,2026-01-01,5\n",
    )

    undo(run)

    assert Subscription.objects.get() == known
    assert SubscriptionVersion.objects.get().price == 10


def test_usage_goes_again_and_its_days_are_counted_anew(load):
    CustomerFactory(external_id="C-1")
    run = load("usage", "customer id,date,feature,count\nC-1,2026-06-15,export,3\n")

    undo(run)

    assert not UsageEvent.objects.exists()


@pytest.mark.parametrize(("days", "allowed"), [(13, True), (15, False)])
def test_it_can_be_undone_for_fourteen_days(load, days, allowed):
    run = load("customers", CUSTOMERS)

    started = run.start_undoing(timezone.now() + timedelta(days=days))

    assert started is allowed
