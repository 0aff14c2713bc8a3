"""The public files beside the repository, imported as a new user would: guessed columns only."""

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from customers.models import Customer, DirtyDay, SubscriptionVersion, Ticket, UsageEvent
from tests.customers.importing.conftest import AS_OF, undo


@pytest.fixture
def raven(real_file):
    return lambda name: real_file(f"ravenstack_{name}.csv")


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_ravenstack_accounts_become_customers(load, raven):
    run = load("customers", raven("accounts"))

    assert run.counts == {"new": 500}
    assert run.options["date_order"] == "dmy"
    first = Customer.objects.get(external_id="A-2e4581")
    assert (first.name, first.country, first.started_on) == ("Company_0", "US", date(2024, 10, 16))
    assert Customer.objects.filter(country="GB").count() == 58


def test_ravenstack_subscriptions_add_up_to_the_same_revenue(load, raven):
    load("customers", raven("accounts"))

    run = load("subscriptions", raven("subscriptions"))

    day = date(2024, 6, 30)
    expected = sum(
        int(row["mrr_amount"])
        for row in rows_of(raven("subscriptions"))
        if on(row["start_date"]) <= day and not (row["end_date"] and on(row["end_date"]) <= day)
    )
    assert run.counts == {"new": 5000}
    in_force = SubscriptionVersion.objects.in_force_on(day)
    running = [v for v in in_force if v.ends_on is None or v.ends_on > day]
    monthly = sum(v.price * v.quantity / (12 if v.interval == "year" else 1) for v in running)
    assert round(monthly, 4) == expected


def on(text):
    day, month, year = map(int, text.split("-"))
    return date(year, month, day)


def test_ravenstack_usage_becomes_events_and_days_to_count(load, raven):
    load("customers", raven("accounts"))
    load("subscriptions", raven("subscriptions"))

    run = load("usage", raven("feature_usage"))
    again = load("usage", raven("feature_usage"))

    rows = rows_of(raven("feature_usage"))
    assert run.counts == {"new": 25_000}
    assert again.counts == {"unchanged": 25_000}
    totals = UsageEvent.objects.aggregate(n=Sum("quantity"), s=Sum("seconds"))
    assert totals["n"] == sum(int(row["usage_count"]) for row in rows)
    assert totals["s"] == sum(int(row["usage_duration_secs"]) for row in rows)
    assert DirtyDay.objects.count() == len({row["usage_date"] for row in rows})


def test_ravenstack_tickets_keep_their_empty_satisfaction(load, raven):
    load("customers", raven("accounts"))

    run = load("tickets", raven("support_tickets"))

    assert run.counts == {"new": 2000}
    assert Ticket.objects.filter(satisfaction__isnull=True).count() == 825
    assert Counter(Ticket.objects.values_list("priority", flat=True))["urgent"] == 514


def test_ravenstack_churn_events_leave_each_customer_in_its_last_state(load, raven):
    load("customers", raven("accounts"))

    run = load("churn", raven("churn_events"))

    last = {}
    for number, row in enumerate(rows_of(raven("churn_events"))):
        fact = (on(row["churn_date"]), number, row["is_reactivation"] == "TRUE")
        last[row["account_id"]] = max(last.get(row["account_id"], fact), fact)
    gone = {key: fact[0] for key, fact in last.items() if not fact[2]}
    stored = Customer.objects.filter(churned_on__isnull=False)
    assert sum(run.counts.values()) == 600
    assert "rejected" not in run.counts
    assert dict(stored.values_list("external_id", "churned_on")) == gone


def test_the_telco_file_becomes_customers_and_subscriptions(load, real_file):
    content = real_file("ibm_telco_customer_churn.csv")

    customers = load("customers", content)
    subscriptions = load("subscriptions", content, plan="Contract", external_id="customerID")

    assert customers.counts == {"new": 7043}
    assert subscriptions.counts == {"new": 7043}
    assert Customer.objects.filter(churned_on=AS_OF).count() == 1869
    assert Customer.objects.filter(started_on=AS_OF).count() == 11  # those without TotalCharges
    charges = sum(Decimal(row["MonthlyCharges"]) for row in rows_of(content))
    assert SubscriptionVersion.objects.aggregate(s=Sum("price"))["s"] == charges
    assert SubscriptionVersion.objects.filter(renews_on__isnull=False).count() == 7043 - 1869


def test_a_real_import_can_be_taken_back_as_if_it_had_not_been(load, raven):
    load("customers", raven("accounts"))
    run = load("subscriptions", raven("subscriptions"))

    undo(run)

    assert run.counts["undone"] == 5000
    assert not SubscriptionVersion.objects.exists()
