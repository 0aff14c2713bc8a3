"""Customers from facts: what each pays from which day on, through subscription to ledger."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from customers.models import Customer
from metrics.question import Question, question_of
from metrics.retention.cohorts import Triangle
from metrics.revenue.ledger import book_movements
from tests.factories import CustomerFactory, SubscriptionFactory, SubscriptionVersionFactory

THROUGH = date(2026, 12, 31)
Pays = Mapping[str, int | str]


def day(text: str) -> date:
    return date.fromisoformat(text)


def pays(steps: Pays, currency: str = "JPY", **traits) -> Customer:
    """A customer with one subscription; `{"2025-01-05": 100, "2025-02-20": 0}`, 0 is its end."""
    customer = CustomerFactory(**{"csm": None, "started_on": None} | traits)
    contract = SubscriptionFactory(customer=customer)
    for order, (since, price) in enumerate(steps.items()):
        SubscriptionVersionFactory(
            subscription=contract, effective_on=day(since), price=Decimal(price), currency=currency,
            quantity=Decimal(1), recorded_at=datetime(2025, 1, 1, 0, 0, order, tzinfo=UTC),
            ends_on=None if price else day(since), plan=traits.get("segment", "Pro"),
        )  # fmt: skip
    return customer


def learned_late(customer: Customer, since: str, recorded: str) -> None:
    """We learn on a day that a customer had ended before."""
    SubscriptionVersionFactory(
        subscription=customer.subscriptions.get(), effective_on=day(since), ends_on=day(since),
        price=Decimal(0), recorded_at=datetime.combine(day(recorded), time(12), tzinfo=UTC),
    )  # fmt: skip


def book(through: date = THROUGH) -> None:
    book_movements(list(Customer.objects.values_list("pk", flat=True)), through=through)


def asked_at_end_of(last: str, **asked: str) -> Question:
    """A question whose last counted day is this one."""
    today = date.fromordinal(day(last).toordinal() + 1)
    return question_of({"period": last[:7]} | asked, today)


def shares(found: Triangle) -> dict[str, list[float | None]]:
    return {
        f"{cohort.month:%Y-%m}": [
            None if cell is None or cell.share is None else round(float(cell.share), 10)
            for cell in cohort.cells
        ]
        for cohort in found.cohorts
    }
