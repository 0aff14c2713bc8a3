"""Stored months say what the ledger says, and are the same kept as rebuilt."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from customers.models import Customer, Subscription, SubscriptionVersion
from lib.days import add_months
from lib.periods import span
from metrics.models import BookedMonth, ChangedLedger, CustomerTrait, RevenueMovement
from metrics.models.month import MonthBook, MonthMovement, MonthStock
from metrics.question import Question
from metrics.revenue.changed_ledgers import keep_bookers_out
from metrics.revenue.ledger import book_movements
from metrics.revenue.months import keep_months, rebuild_months
from metrics.revenue.start_set import (
    chosen_by,
    movers_of,
    start_set,
    start_sets_by,
    stored_window,
)
from metrics.traits import keep_traits
from metrics.value.pooled_churn import months_of, pooled_churn_rows, stored_churn
from tests.metrics.slow_revenue import Version
from tests.metrics.test_revenue_twin import THROUGH, rates, store, versions

pytestmark = pytest.mark.django_db
LATER = THROUGH + timedelta(days=30)
STORED = (MonthBook, MonthStock, MonthMovement)
histories = st.lists(versions(), min_size=1, max_size=4)


def rows() -> list[tuple]:
    found = []
    for model in STORED:
        names = [field.name for field in model._meta.concrete_fields if field.name != "id"]
        found += [(model.__name__, *row) for row in model.objects.values_list(*names)]
    return sorted(found)


def asked(start: date, end: date, **about) -> Question:
    return Question(period=span(start, end), today=date(2027, 1, 1), **about)


def from_ledger(question: Question, dimension: str):
    written = list(BookedMonth.objects.all())
    BookedMonth.objects.all().delete()
    found = start_sets_by(question, dimension)
    BookedMonth.objects.bulk_create(written)
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=histories, second=histories, late=histories, table=rates)
def test_months_that_were_kept_are_those_that_are_rebuilt(first, second, late, table):
    with transaction.atomic():
        customers = [store(first, table), store(second, {})]
        Customer.objects.filter(pk=customers[0]).update(segment="Small")
        book_movements(customers, through=THROUGH)
        rebuild_months(through=THROUGH)

        customers.append(store(late, {}))
        CustomerTrait.objects.create(customer_id=customers[2], since=date.min, segment="Small")
        book_movements(customers[1:], through=LATER)
        keep_months(through=LATER)
        kept = rows()
        rebuild_months(through=LATER)

        assert kept == rows()
        assert not ChangedLedger.objects.exists()
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Happening:
    """What befalls the customer with a number: `traits` change, or go back to what they were."""

    what: str
    number: int
    traits: dict[str, str]
    version: Version


# Money that flows, so that there is something to count.
flowing = versions().map(
    lambda v: replace(v, price=v.price + 1, trial_ends_on=None, paused_on=None, resumes_on=None,
        past_due_since=None)
)  # fmt: skip
happenings = st.builds(
    Happening,
    what=st.sampled_from(["traits", "traits", "money", "both", "both", "back", "new"]),
    number=st.integers(0, 3),
    traits=st.fixed_dictionaries({"segment": st.sampled_from(["", "Small", "Large"])}, optional={
        "touch": st.sampled_from(["low", "high"]), "csm": st.sampled_from(["ana", "ben"]),
    }),
    version=flowing,
)  # fmt: skip


@dataclass(frozen=True)
class Evening:
    """What happened on a day, and how far its night came."""

    day: date
    happened: list[Happening]
    is_booked_at_once: bool
    is_finished: bool


evenings = st.builds(
    Evening,
    day=st.integers(-70, 40).map(lambda n: THROUGH + timedelta(days=n)),
    happened=st.lists(happenings, min_size=1, max_size=4),
    is_booked_at_once=st.booleans(),
    is_finished=st.booleans(),
)


def happen(each: Happening, customers: list[int], people: dict[str, int]) -> int | None:
    """Whose money has to be booked."""
    if each.what == "new" or not customers:
        customers.append(store([each.version], {}))
        return customers[-1]
    customer = customers[each.number % len(customers)]
    told = {"segment": "", "touch": "low"} if each.what == "back" else each.traits
    if each.what != "money":
        facts = {("csm_id" if n == "csm" else n): people.get(v, v) for n, v in told.items()}
        Customer.objects.filter(pk=customer).update(updated_at=timezone.now(), **facts)
    if each.what in ("money", "both"):
        add_version(customer, each.version)
        return customer
    return None


def add_version(customer: int, version: Version) -> None:
    facts = {n: v for n, v in vars(version).items() if n not in ("discounts", "subscription")}
    line = Subscription.objects.filter(customer=customer).first()
    SubscriptionVersion.objects.create(subscription=line, **facts)


def pass_evening(evening: Evening, customers: list[int], people: dict, through: date) -> None:
    booked = {happen(each, customers, people) for each in evening.happened} - {None}
    if evening.is_booked_at_once:
        book_movements(sorted(booked), through=through)
        keep_months(through=through)
    keep_traits(evening.day, first=0, last=2**62)
    book_movements(sorted(booked), through=through)
    if evening.is_finished:
        keep_months(through=through)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=st.lists(flowing, min_size=1, max_size=3),
    story=st.lists(evenings, min_size=1, max_size=4), table=rates, gone=st.integers(0, 9),
)  # fmt: skip
def test_months_follow_customers_who_change_their_traits(ana, ben, first, story, table, gone):
    with transaction.atomic():
        people = {"ana": ana.pk, "ben": ben.pk}
        customers = [store(first, table), *(store([version], {}) for version in first)]
        book_movements(customers, through=THROUGH)
        rebuild_months(through=THROUGH)
        through = THROUGH

        for n, evening in enumerate(sorted(story, key=lambda evening: evening.day)):
            through = max(through, evening.day)
            pass_evening(evening, customers, people, through)
            if n == gone:
                Customer.objects.get(pk=customers.pop()).delete()

        keep_months(through=through)
        kept = rows()
        rebuild_months(through=through)
        assert kept == rows()
        transaction.set_rollback(True)


def test_other_traits_are_exchanged_without_summing_up_the_others():
    begins = Version(subscription=0, effective_on=date(2025, 2, 3), price=Decimal(100),
        quantity=Decimal(1), interval="month", interval_count=1, currency="JPY")  # fmt: skip
    changing, staying = store([begins], {}), store([begins], {})
    Customer.objects.filter(pk=staying).update(segment="Large")
    book_movements([changing, staying], through=THROUGH)
    rebuild_months(through=THROUGH)
    before = MonthStock.objects.get(month=date(2025, 5, 1), segment="Large").pk

    Customer.objects.filter(pk=changing).update(segment="Small")
    keep_traits(THROUGH, first=0, last=2**62)
    keep_months(through=THROUGH)

    stocks = MonthStock.objects.filter(month=date(2025, 5, 1)).order_by("segment")
    assert list(stocks.values_list("segment", "customers")) == [("Large", 1), ("Small", 1)]
    assert stocks[0].pk == before


def two_in_the_months() -> tuple[int, int]:
    """Two large customers that the months know."""
    begins = Version(subscription=0, effective_on=date(2025, 2, 3), price=Decimal(100),
        quantity=Decimal(1), interval="month", interval_count=1, currency="JPY")  # fmt: skip
    gone, staying = store([begins], {}), store([begins], {})
    Customer.objects.filter(pk__in=[gone, staying]).update(segment="Large")
    book_movements([gone, staying], through=THROUGH)
    rebuild_months(through=THROUGH)
    return gone, staying


def test_who_is_deleted_is_taken_off_without_summing_up_the_others():
    gone, _staying = two_in_the_months()
    large = MonthStock.objects.filter(month=date(2025, 5, 1), segment="Large")
    before = large.get().pk

    Customer.objects.get(pk=gone).delete()
    noted = list(ChangedLedger.objects.values_list("customer_id", flat=True))
    keep_months(through=THROUGH)

    assert noted == [gone]
    assert list(large.values_list("pk", "customers")) == [(before, 1)]


@pytest.mark.parametrize("first", [RevenueMovement, CustomerTrait])
def test_lines_and_traits_may_go_in_any_order(first):
    gone, staying = two_in_the_months()
    CustomerTrait.objects.filter(customer=staying).delete()
    keep_months(through=THROUGH)

    for model in (first, RevenueMovement, CustomerTrait):
        model.objects.filter(customer__in=[gone, staying]).delete()
    keep_months(through=THROUGH)

    assert rows() == []


@pytest.mark.django_db(transaction=True)
def test_who_is_deleted_while_months_are_summed_up_makes_all_of_them_be_summed_up_again():
    gone, _staying = two_in_the_months()

    with ThreadPoolExecutor(1) as another, transaction.atomic():
        keep_bookers_out()
        another.submit(_delete, gone).result(timeout=60)

    assert ChangedLedger.objects.filter(pk=0).exists()
    keep_months(through=THROUGH)
    kept = rows()
    rebuild_months(through=THROUGH)
    assert kept == rows()


def _delete(customer: int) -> None:
    try:
        Customer.objects.get(pk=customer).delete()
    finally:
        connection.close()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=histories, second=histories, table=rates)
def test_a_stored_window_says_what_the_ledger_says(first, second, table):
    with transaction.atomic():
        customers = [store(first, table), store(second, {})]
        CustomerTrait.objects.create(customer_id=customers[0], since=date.min, segment="Small")
        book_movements(customers, through=THROUGH)
        rebuild_months(through=THROUGH)

        for window in (1, 3, 12):
            question = asked(add_months(date(2025, 4, 1), 1 - window), date(2025, 5, 1))
            assume(stored_window(question))
            for dimension in ("", "segment", "plan"):
                stored = start_sets_by(question, dimension)
                assert stored == from_ledger(question, dimension)
            for about in ({}, {"segment": "Small"}, {"plan": ""}):
                assert_only_movers_change(question.about(**about))
        transaction.set_rollback(True)


def assert_only_movers_change(question: Question) -> None:
    """Those who are read as movers are all who add to any sum of changes."""
    whole, (source, values), (chosen, wanted) = (
        start_set(question),
        movers_of(question),
        chosen_by(question),
    )
    sums = ("change", "loss", "change_squared", "start_change", "lost", "early")
    summed = ", ".join(f"coalesce(sum({name}), 0)" for name in sums)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {summed} FROM ({source}) m WHERE true {chosen}", values | wanted)
        assert cursor.fetchone() == tuple(getattr(whole, name) for name in sums)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=histories, second=histories, table=rates)
def test_the_churn_of_a_year_adds_up_its_months_whoever_is_asked_about(first, second, table):
    with transaction.atomic():
        customers = [store(first, table), store(second, {})]
        grown = date(2025, 2, 10)
        CustomerTrait.objects.create(
            customer_id=customers[0], since=date.min, until=grown, segment="Small"
        )
        CustomerTrait.objects.create(customer_id=customers[0], since=grown)
        book_movements(customers, through=THROUGH)
        RevenueMovement.objects.filter(day__gte=date(2025, 2, 15)).update(plan="Pro")
        rebuild_months(through=date(2025, 12, 31))

        for about in ({}, {"segment": "Small"}, {"segment": ""}, {"plan": "Pro"}, {"plan": ""}):
            question = asked(date(2025, 12, 1), date(2026, 1, 1), **about)
            months = [from_ledger(question.about(period=p), "") for p in months_of(question)]
            starts = [found[None] for found in months if found]
            slow = sum(s.lost for s in starts), sum(s.start_customers for s in starts)
            totals = pooled_churn_rows(question).totals()

            assert (totals.numerator, totals.denominator) == slow
            assert stored_churn(question) in (slow, None)
        transaction.set_rollback(True)
