"""A company whose customers come and go as told, month by month, in the ledger."""

from datetime import date, timedelta
from decimal import Decimal

from customers.models import Customer
from lib.days import add_months
from metrics.models import Assumption, RevenueMovement
from metrics.retention.lives import keep_lives

FIRST, END = date(2025, 7, 1), date(2026, 7, 1)
LAST_MONTH = {"period": "2026-06"}


def company(starts: list[int], lost: list[int], monthly: int = 100) -> None:
    """`starts` pay at the start of each of twelve months and one later, `lost` leave in each.

    Whoever is missing at the start of the next month joins in the middle of this one.
    """
    joined = [(FIRST - timedelta(days=30), starts[0])]
    for number in range(12):
        came = starts[number + 1] - starts[number] + lost[number]
        joined.append((add_months(FIRST, number) + timedelta(days=14), came))
    paying: list[Customer] = []
    for number, (day, came) in enumerate(joined):
        if number:
            move("churn", day, [paying.pop(0) for _ in range(lost[number - 1])], -12 * monthly)
        new = Customer.objects.bulk_create(
            Customer(external_id=f"{number}-{n}", name=f"{number}-{n}") for n in range(came)
        )
        move("new", day, new, 12 * monthly)
        paying += new
    keep_lives(list(Customer.objects.values_list("pk", flat=True)))


def move(kind: str, day: date, customers: list[Customer], annual: int) -> None:
    RevenueMovement.objects.bulk_create(
        RevenueMovement(customer=c, day=day, kind=kind, amount=annual, balance=max(0, annual))
        for c in customers
    )


def assume(**values: str) -> None:
    for name, value in values.items():
        Assumption.objects.create(name=name, effective_on=date(2020, 1, 1), value=Decimal(value))
