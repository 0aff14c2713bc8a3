"""Random contracts: the ledger made by PostgreSQL equals the one made day by day in Python."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import models
from metrics.models import RevenueMovement
from metrics.revenue.ledger import book_movements, rebuild_movements
from metrics.revenue.value import annual_values
from tests.factories import CustomerFactory, SubscriptionFactory
from tests.metrics.slow_revenue import Discount, Version, ledger, made_of

pytestmark = pytest.mark.django_db
START, THROUGH = date(2025, 1, 1), date(2025, 5, 10)
LENGTH = (THROUGH - START).days

days = st.integers(0, LENGTH + 20).map(lambda n: START + timedelta(days=n))
maybe = st.none() | days
amounts = st.decimals(0, 5000, places=2)


@st.composite
def discounts(draw) -> Discount:
    starts = draw(days)
    ends = draw(st.none() | st.integers(1, 70).map(lambda n: starts + timedelta(days=n)))
    if draw(st.booleans()):
        return Discount(starts, ends, percent=draw(st.decimals(1, 100, places=1)))
    return Discount(starts, ends, amount=draw(amounts))


@st.composite
def versions(draw) -> Version:
    paused = draw(maybe)
    resumes = paused and draw(st.none() | st.integers(1, 40).map(
        lambda n: paused + timedelta(days=n)))  # fmt: skip
    return Version(
        subscription=draw(st.integers(0, 2)), effective_on=draw(days), price=draw(amounts),
        quantity=draw(st.sampled_from([Decimal(1), Decimal("2.5"), Decimal(7)])),
        interval=draw(st.sampled_from(["day", "week", "month", "year"])),
        interval_count=draw(st.sampled_from([1, 3, 7, 14])),
        currency=draw(st.sampled_from(["JPY", "USD", "KWD"])), trial_ends_on=draw(maybe),
        paused_on=paused, resumes_on=resumes, ends_on=draw(maybe), past_due_since=draw(maybe),
        discounts=tuple(draw(st.lists(discounts(), max_size=2))),
    )  # fmt: skip


rates = st.dictionaries(
    st.tuples(st.sampled_from(["USD", "KWD"]), st.integers(1, 6).map(lambda m: date(2025, m, 1))),
    st.decimals("0.5", 200, places=4), max_size=4,
)  # fmt: skip


def store(history: list[Version], table: dict, written: list[int] | None = None) -> int:
    """Each version is recorded a second after the one before; `written` is the order of rows."""
    customer = CustomerFactory(csm=None)
    lines = {n: SubscriptionFactory(customer=customer) for n in {v.subscription for v in history}}
    for order in written or range(len(history)):
        version = history[order]
        facts = {name: value for name, value in vars(version).items() if name != "discounts"}
        made = models.SubscriptionVersion.objects.create(
            **facts | {"subscription": lines[version.subscription]},
            recorded_at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=order),
        )
        for discount in version.discounts:
            models.Discount.objects.create(version=made, **vars(discount))
    for (currency, month), value in table.items():
        models.ExchangeRate.objects.create(currency=currency, month=month, rate=value)
    return customer.pk


def stored() -> list[tuple]:
    rows = RevenueMovement.objects.values_list("day", "kind", "amount", "reason", "balance")
    return sorted(rows)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(versions(), min_size=1, max_size=5), table=rates)
def test_the_ledger_agrees_with_looking_at_every_day(history, table):
    with transaction.atomic():
        customer = store(history, table)

        book_movements([customer], through=THROUGH)
        booked = stored()
        rebuild_movements(through=THROUGH)

        assert [row[:3] for row in booked] == ledger(history, table, START, THROUGH)
        assert stored() == booked
        total = annual_values(THROUGH).get(customer, Decimal(0))
        assert sum((row[2] for row in booked), Decimal(0)) == total
        transaction.set_rollback(True)


@st.composite
def short_contracts(draw) -> list[Version]:
    """One after the other, with days between them; some are paused, free or unpaid meanwhile."""
    history, day = [], START
    for n in range(draw(st.integers(2, 5))):
        ends = day + timedelta(days=draw(st.integers(5, 30)))
        history.append(Version(
            subscription=draw(st.sampled_from([n, 0])), effective_on=day,
            price=draw(st.sampled_from([Decimal(0), Decimal(100), Decimal(250)])),
            quantity=Decimal(1), interval="month", interval_count=1,
            currency=draw(st.sampled_from(["JPY", "USD"])), ends_on=ends,
            paused_on=draw(st.sampled_from([None, None, ends - timedelta(days=2)])),
        ))  # fmt: skip
        day = ends + timedelta(days=draw(st.integers(0, 5)))
    return history


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=short_contracts(), table=rates, merged_gap=st.integers(0, 4))
def test_short_gaps_are_merged_as_looking_at_every_day_merges_them(history, table, merged_gap):
    with transaction.atomic(), override_settings(MERGE_GAP_DAYS=merged_gap):
        customer = store(history, table)

        book_movements([customer], through=THROUGH)

        expected = ledger(history, table, START, THROUGH, merged_gap)
        assert [row[:3] for row in stored()] == expected
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([("JPY", 300), ("USD", 2),
        ("KWD", 1), ("USD", 1), ("JPY", 0)]), days), min_size=2, max_size=6),
    months=st.lists(st.integers(1, 5), max_size=2, unique=True),
)  # fmt: skip
def test_what_is_billed_in_another_currency_at_par_stands_in_the_ledger(steps, months):
    """One dollar is 150 yen and one dinar 300, until the rates of some months move them."""
    table = {("USD", START): Decimal(150), ("KWD", START): Decimal(300)}
    table |= {("USD", date(2025, m, 1)): Decimal(150 + m % 3) for m in months if m > 1}
    history = [
        Version(n, day, Decimal(price), Decimal(1), "month", 1, currency)
        for n, (currency, price), day in steps
    ]
    with transaction.atomic():
        customer = store(history, table)

        book_movements([customer], through=THROUGH)

        assert [row[:3] for row in stored()] == ledger(history, table, START, THROUGH)
        last = RevenueMovement.objects.order_by("-day", "-pk").first()
        made = made_of(history, THROUGH)
        if last and set(made) != {"JPY"}:
            assert {c: Decimal(n) for c, n in (last.natives or {}).items()} == made
        transaction.set_rollback(True)
