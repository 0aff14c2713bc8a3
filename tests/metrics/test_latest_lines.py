"""Where customers stand after their latest lines: kept with the ledger, and read for any day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import SubscriptionVersion
from metrics.models import LatestLine, RevenueMovement
from metrics.models.latest_line import LATEST, LATEST_COLUMNS
from metrics.question import REPORTED
from metrics.revenue.latest import BALANCE, ON_PLAN, PLAN, STANDING
from metrics.revenue.ledger import book_movements, rebuild_movements
from metrics.revenue.two_clocks import as_known
from tests.factories import CustomerFactory, SubscriptionFactory
from tests.metrics.test_revenue_twin import START, THROUGH, rates, store, versions
from tests.metrics.test_two_clocks import NEWEST, asked, version

pytestmark = pytest.mark.django_db
PLANS = ("Basic", "Pro")
KEPT = f"SELECT {LATEST_COLUMNS} FROM metrics_latestline ORDER BY customer_id"
# Joined to everybody, as to whoever answered.
EVERYBODY = f"""
    SELECT c.id, {BALANCE}, {PLAN}
    FROM (SELECT id, id AS customer_id FROM customers_customer) c {STANDING.format(row="c")}
"""


def fetched(sql: str, **values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def counted_anew() -> list[tuple]:
    latest = LATEST.format(ledger="metrics_revenuemovement", those="true")
    return fetched(f"SELECT * FROM ({latest}) latest ORDER BY customer_id")


def line(customer, day: date, kind: str, balance: int, plan: str) -> RevenueMovement:
    return RevenueMovement.objects.create(
        customer=customer, day=day, kind=kind, amount=balance, balance=balance, plan=plan
    )


def looked_up(customer: int, day: date) -> tuple[Decimal, str] | None:
    """The slow twin: the last of the lines up to a day, read one by one."""
    found = None
    for each in RevenueMovement.objects.filter(customer=customer).order_by("day", "pk"):
        if each.day <= day:
            found = (each.balance, each.plan)
    return found


def name_plans(customer: int, names: list[str]) -> None:
    made = SubscriptionVersion.objects.filter(subscription__customer=customer).order_by("pk")
    for each, name in zip(made, names, strict=False):
        each.plan = name
        each.save(update_fields=["plan"])


def test_a_customer_stands_where_its_last_line_leaves_it():
    customer = CustomerFactory()
    line(customer, date(2025, 1, 5), "new", 100, "Basic")
    line(customer, date(2025, 2, 1), "fx", 110, "Basic")
    line(customer, date(2025, 2, 1), "expansion", 200, "Pro")
    line(customer, date(2025, 3, 1), "fx", 190, "Pro")

    stands = LatestLine.objects.get()

    assert (stands.day, stands.balance) == (date(2025, 3, 1), 190)
    assert (stands.plan, stands.plan_since) == ("Pro", date(2025, 2, 1))


def test_the_database_keeps_it_whatever_becomes_of_the_lines():
    customer = CustomerFactory()
    first = line(customer, date(2025, 1, 5), "new", 100, "Basic")
    last = line(customer, date(2025, 2, 5), "expansion", 200, "Pro")

    last.delete()
    after_deleting = LatestLine.objects.get().balance
    RevenueMovement.objects.update(balance=70)
    after_changing = LatestLine.objects.get().balance
    first.delete()

    assert (after_deleting, after_changing) == (100, 70)
    assert not LatestLine.objects.exists()


def test_without_the_triggers_it_would_be_late():
    """The negative twin."""
    customer = CustomerFactory()
    line(customer, date(2025, 1, 5), "new", 100, "Basic")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE metrics_revenuemovement DISABLE TRIGGER USER")

    line(customer, date(2025, 2, 5), "expansion", 200, "Pro")

    assert fetched(KEPT) != counted_anew()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(versions(), min_size=1, max_size=5), table=rates,
       names=st.lists(st.sampled_from(PLANS), min_size=5, max_size=5),
       days=st.lists(st.integers(-1, (THROUGH - START).days), min_size=2, max_size=2))  # fmt: skip
def test_of_any_day_it_says_what_looking_at_each_line_says(history, table, names, days):
    with transaction.atomic():
        customer = store(history, table)
        name_plans(customer, names)

        book_movements([customer], through=THROUGH)
        booked = fetched(KEPT)
        rebuild_movements(through=THROUGH)

        assert booked == fetched(KEPT) == counted_anew()
        for day in [START + timedelta(days=n) for n in days]:
            found = looked_up(customer, day)
            standing = dict.fromkeys([customer])
            for key, balance, plan in fetched(EVERYBODY, day=day):
                standing[key] = None if balance is None else (balance, plan)
            assert standing == {customer: found}
            for plan in PLANS:
                is_on = found is not None and found[1] == plan
                assert fetched(ON_PLAN, day=day, plan=plan) == [(customer,)] * is_on
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "clock", [{"known_on": date(2025, 5, 31)}, {"view": REPORTED}, {"by_parent": True}], ids=str
)
def test_on_other_clocks_it_is_that_of_the_lines_read_there(clock):
    mother, daughter = CustomerFactory(), CustomerFactory()
    type(daughter).objects.filter(pk=daughter.pk).update(parent=mother)
    for customer, price in ((mother, 100), (daughter, 70)):
        contract = SubscriptionFactory(customer=customer)
        version(contract, date(2025, 3, 1), price, plan="Basic")
        version(contract, date(2025, 4, 10), price + 50, recorded_on=date(2025, 6, 15), plan="Pro")
    rebuild_movements(through=NEWEST)

    with as_known(asked(date(2025, 5, 1), **clock)):
        assert fetched(KEPT) == counted_anew() != []


def test_as_known_then_it_is_that_of_the_lines_of_then():
    contract, other = SubscriptionFactory(), SubscriptionFactory()
    version(contract, date(2025, 3, 1), 100, plan="Basic")
    version(contract, date(2025, 3, 20), 50, recorded_on=date(2025, 6, 15), plan="Pro")
    version(other, date(2025, 2, 1), 10, plan="Basic")
    rebuild_movements(through=NEWEST)
    now = fetched(KEPT)

    with as_known(asked(date(2025, 5, 1), date(2025, 5, 31))):
        then, from_the_lines_of_then = fetched(KEPT), counted_anew()

    assert then == from_the_lines_of_then
    assert [row[3] for row in now] == ["Pro", "Basic"]
    assert [row[3] for row in then] == ["Basic", "Basic"]
    assert fetched(KEPT) == now
