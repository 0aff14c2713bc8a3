"""The public files beside the repository, imported as a new user would: guessed columns only."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings

from customers.importing.arriving import receive
from customers.importing.working import work_on
from customers.models import (
    Customer,
    DirtyDay,
    ImportRun,
    SubscriptionVersion,
    Ticket,
    UsageEvent,
)
from tests.customers.importing.conftest import AS_OF, data_folder, save

RAVENSTACK = {
    "customers": "accounts", "subscriptions": "subscriptions", "usage": "feature_usage",
    "tickets": "support_tickets", "churn": "churn_events",
}  # fmt: skip


def bytes_of(name: str) -> bytes:
    folder = data_folder()
    if folder is None:
        pytest.skip("the real files (../shared/data or ENISHI_DATA) are not on this machine")
    return (folder / name).read_bytes()


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bytes_of(name).decode())))


def rows_of_raven(noun: str) -> list[dict[str, str]]:
    return rows_of(f"ravenstack_{RAVENSTACK[noun]}.csv")


@pytest.fixture(scope="module")
def raven(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, ImportRun]]:
    """All five files of RavenStack, brought in once and rolled back behind the last test."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        yield {noun: brought_in(noun) for noun in RAVENSTACK}
        transaction.set_rollback(True)


def brought_in(noun: str) -> ImportRun:
    content = bytes_of(f"ravenstack_{RAVENSTACK[noun]}.csv")
    run = receive(noun, f"{noun}.csv", [content], user=None, as_of=AS_OF)
    run.start_checking()
    work_on(run.pk)
    run.refresh_from_db()
    if run.counts.get("new") or run.counts.get("changed"):
        save(run)
    return run


def on(text: str) -> date:
    day, month, year = map(int, text.split("-"))
    return date(year, month, day)


def test_ravenstack_accounts_become_customers(raven):
    run = raven["customers"]

    assert run.counts == {"new": 500}
    assert run.options["date_order"] == "dmy"
    first = Customer.objects.get(external_id="A-2e4581")
    assert (first.name, first.country, first.started_on) == ("Company_0", "US", date(2024, 10, 16))
    assert Customer.objects.filter(country="GB").count() == 58


def test_ravenstack_subscriptions_add_up_to_the_same_revenue(raven):
    day = date(2024, 6, 30)
    expected = sum(
        int(row["mrr_amount"])
        for row in rows_of_raven("subscriptions")
        if on(row["start_date"]) <= day and not (row["end_date"] and on(row["end_date"]) <= day)
    )

    in_force = SubscriptionVersion.objects.in_force_on(day)
    running = [v for v in in_force if v.ends_on is None or v.ends_on > day]
    monthly = sum(v.price * v.quantity / (12 if v.interval == "year" else 1) for v in running)

    assert raven["subscriptions"].counts == {"new": 5000}
    assert round(monthly, 4) == expected


def test_ravenstack_usage_becomes_events_and_days_to_count(raven):
    rows = rows_of_raven("usage")

    totals = UsageEvent.objects.aggregate(n=Sum("quantity"), s=Sum("seconds"))

    assert raven["usage"].counts == {"new": 25_000}
    assert totals["n"] == sum(int(row["usage_count"]) for row in rows)
    assert totals["s"] == sum(int(row["usage_duration_secs"]) for row in rows)
    assert DirtyDay.objects.count() == len({row["usage_date"] for row in rows})


def test_ravenstack_tickets_keep_their_empty_satisfaction(raven):
    assert raven["tickets"].counts == {"new": 2000}
    assert Ticket.objects.filter(satisfaction__isnull=True).count() == 825
    assert Counter(Ticket.objects.values_list("priority", flat=True))["urgent"] == 514


def test_ravenstack_churn_events_leave_each_customer_in_its_last_state(raven):
    last: dict[str, tuple[date, int, bool]] = {}
    for number, row in enumerate(rows_of_raven("churn")):
        fact = (on(row["churn_date"]), number, row["is_reactivation"] == "TRUE")
        last[row["account_id"]] = max(last.get(row["account_id"], fact), fact)

    gone = {key: fact[0] for key, fact in last.items() if not fact[2]}
    stored = Customer.objects.filter(churned_on__isnull=False)

    assert sum(raven["churn"].counts.values()) == 600
    assert "rejected" not in raven["churn"].counts
    assert dict(stored.values_list("external_id", "churned_on")) == gone


def test_a_file_brought_in_again_changes_nothing(raven):
    assert brought_in("tickets").counts == {"unchanged": 2000}


def test_the_telco_file_becomes_customers_and_subscriptions(load):
    name = "ibm_telco_customer_churn.csv"
    content = bytes_of(name)

    customers = load("customers", content)
    subscriptions = load("subscriptions", content, plan="Contract", external_id="customerID")

    assert customers.counts == {"new": 7043}
    assert subscriptions.counts == {"new": 7043}
    assert Customer.objects.filter(churned_on=AS_OF).count() == 1869
    assert Customer.objects.filter(started_on=AS_OF).count() == 11  # those without TotalCharges
    charges = sum(Decimal(row["MonthlyCharges"]) for row in rows_of(name))
    assert SubscriptionVersion.objects.aggregate(s=Sum("price"))["s"] == charges
    assert SubscriptionVersion.objects.filter(renews_on__isnull=False).count() == 7043 - 1869
