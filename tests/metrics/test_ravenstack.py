"""A public file of 5,000 subscriptions, from the rows of the file to the figures of a year."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from customers.models import Customer, Subscription, SubscriptionVersion
from tests.metrics.test_revenue_figures import book, figure, value
from tests.public_data import public_file

pytestmark = pytest.mark.django_db
YEAR = "2024-01-01..2024-12-31"


def day(text: str) -> date | None:
    return datetime.strptime(text, "%d-%m-%Y").astimezone().date() if text else None


def load(rows: list[dict[str, str]]) -> None:
    keys = sorted({row["account_id"] for row in rows})
    made = Customer.objects.bulk_create(Customer(external_id=key, name=key) for key in keys)
    customers = {customer.external_id: customer for customer in made}
    contracts = Subscription.objects.bulk_create(
        Subscription(customer=customers[row["account_id"]], external_id=row["subscription_id"])
        for row in rows
    )
    SubscriptionVersion.objects.bulk_create(
        SubscriptionVersion(
            subscription=contract, effective_on=day(row["start_date"]),
            ends_on=day(row["end_date"]), price=Decimal(row["mrr_amount"]), currency="JPY",
            recorded_at=datetime(2023, 1, 1, tzinfo=UTC),
        )
        for contract, row in zip(contracts, rows, strict=True)
    )  # fmt: skip


def test_four_month_ends_and_a_year_of_a_public_file():
    """mrr-008"""
    with public_file("ravenstack_subscriptions.csv").open(newline="") as file:
        load(list(csv.DictReader(file)))
    book()

    found = {month: figure("mrr", month) for month in ("2023-12", "2024-06", "2024-11", "2024-12")}

    assert [(f.value, f.n) for f in found.values()] == [
        (1_262_113, 185), (3_833_405, 333), (8_460_824, 474), (10_159_608, 500)
    ]  # fmt: skip
    nrr, grr = figure("nrr", YEAR), figure("grr", YEAR)
    assert (nrr.numerator / 12, nrr.denominator / 12) == (3_688_789, 1_262_113)
    assert (grr.numerator / 12, grr.denominator / 12) == (1_256_938, 1_262_113)
    assert value("logo_churn", YEAR) == 0


def test_a_ledger_that_postgresql_takes_for_empty_is_written_as_quickly():
    """Lives once planned for one line took minutes for five hundred customers."""
    with public_file("ravenstack_subscriptions.csv").open(newline="") as file:
        load(list(csv.DictReader(file)))
    book()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM metrics_revenuemovement")
        cursor.execute("ANALYZE customers_subscription, customers_subscriptionversion")
        cursor.execute("ANALYZE metrics_revenuemovement")
        cursor.execute("SET LOCAL statement_timeout = '15s'")

    book()

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE metrics_revenuemovement")
    assert figure("mrr", "2024-12").n == 500
