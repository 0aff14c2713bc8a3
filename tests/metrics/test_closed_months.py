"""Months are closed once, in order, and stay as they were reported."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from lib.days import days_between
from lib.periods import month_of
from metrics.catalogue import BY_CODE
from metrics.models import ClosedMonth, Night, RevenueMovement
from metrics.question import Question
from metrics.revenue.closing import MonthNotClosableError, close_month
from metrics.revenue.ledger import rebuild_movements
from metrics.revenue.movements import month_movements
from metrics.revenue.two_clocks import as_known
from metrics.traits import keep_traits
from tests.factories import CustomerFactory, SubscriptionFactory
from tests.metrics.test_two_clocks import version

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH, APRIL = date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)


def nights(start: date, end: date) -> None:
    Night.objects.bulk_create(
        Night(day=day, state="done", started_at=datetime(2025, 3, 1, tzinfo=UTC))
        for day in days_between(start, end)
    )


def close(month: date, on: date) -> ClosedMonth:
    with time_machine.travel(datetime(on.year, on.month, on.day, 1, tzinfo=UTC), tick=False):
        return close_month(month, today=on)


def asked(month: date, view: str = "", today: date = APRIL) -> Question:
    return Question(period=month_of(month), today=today, view=view)


def figure(code: str, month: date, view: str = ""):
    return BY_CODE[code].answer(asked(month, view))


def lines(month: date, view: str = "") -> list[tuple]:
    with as_known(asked(month, view)):
        inside = RevenueMovement.objects.filter(day__gte=month, day__lt=month_of(month).end)
        rows = inside.order_by("day", "kind").values_list("day", "kind", "amount", "reason")
        return [(str(day), kind, amount / 12, reason) for day, kind, amount, reason in rows]


@pytest.fixture
def late_fact():
    """mvt-007: February is closed, and on 15 March a change of 10 February is learned."""
    contract = SubscriptionFactory(customer=CustomerFactory(segment="Small"))
    version(contract, FEBRUARY, 100)
    nights(FEBRUARY, MARCH)
    rebuild_movements(through=date(2025, 2, 28))
    close(FEBRUARY, MARCH)
    version(contract, date(2025, 2, 10), 50, recorded_on=date(2025, 3, 15))
    rebuild_movements(through=date(2025, 3, 31))
    nights(MARCH, APRIL)
    return contract


def test_a_late_fact_is_an_adjustment_as_reported_and_history_as_restated(late_fact):
    """mvt-007"""
    assert [figure("mrr", month, "reported").value for month in (FEBRUARY, MARCH)] == [100, 50]
    assert [figure("mrr", month).value for month in (FEBRUARY, MARCH)] == [50, 50]
    assert lines(MARCH, "reported") == [
        ("2025-03-15", "contraction", -50, "prior_period_adjustment")
    ]
    assert lines(FEBRUARY) == [
        ("2025-02-01", "new", 100, ""), ("2025-02-10", "contraction", -50, "")
    ]  # fmt: skip
    assert lines(MARCH) == []
    with as_known(asked(MARCH, "reported")):
        assert month_movements(MARCH).opening == 100


def test_the_next_month_closes_with_the_adjustment_and_the_chain_holds(late_fact):
    close(MARCH, APRIL)

    march = ClosedMonth.objects.get(month=MARCH)
    kept = list(march.lines.order_by("day", "kind").values_list("kind", "amount", "reason"))
    assert kept == [("opening", 1200, ""), ("contraction", -600, "prior_period_adjustment")]
    assert figure("mrr", MARCH, "reported").value == 50
    assert lines(FEBRUARY, "reported") == [("2025-02-01", "new", 100, "")]


def test_without_late_facts_both_views_are_equal():
    """Invariant 8."""
    version(SubscriptionFactory(), FEBRUARY, 100)
    version(SubscriptionFactory(), FEBRUARY, 40, ends_on=date(2025, 3, 5))
    nights(FEBRUARY, APRIL)
    rebuild_movements(through=date(2025, 3, 31))
    before = {month: lines(month) for month in (FEBRUARY, MARCH)}

    close(FEBRUARY, MARCH)

    assert {month: lines(month, "reported") for month in before} == before
    for code in ("mrr", "logo_churn"):
        assert figure(code, MARCH, "reported").value == figure(code, MARCH).value


prices = st.dictionaries(
    st.dates(FEBRUARY, date(2025, 3, 31)), st.integers(0, 900), min_size=1, max_size=4
)


@settings(
    max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(histories=st.lists(prices, min_size=1, max_size=3))
def test_restated_is_reported_whatever_happened_on_time(histories):
    """Invariant 8, for every history."""
    with transaction.atomic():
        for history in histories:
            contract = SubscriptionFactory(customer=CustomerFactory(csm=None))
            for day, price in history.items():
                version(contract, day, price)
        nights(FEBRUARY, APRIL)
        rebuild_movements(through=date(2025, 3, 31))
        close(FEBRUARY, MARCH)

        for month in (FEBRUARY, MARCH):
            assert lines(month, "reported") == lines(month)
            for code in ("mrr", "nrr", "logo_churn", "expansion_mrr"):
                reported, restated = figure(code, month, "reported"), figure(code, month)
                assert (reported.value, reported.n) == (restated.value, restated.n)
        transaction.set_rollback(True)


def test_a_closed_month_keeps_what_it_was_counted_with(late_fact, settings):
    closed = ClosedMonth.objects.get()

    assert closed.settings_used["currency"] == "JPY"
    assert closed.settings_used["past_due_limit_days"] == 30
    assert len(closed.inputs_hash) == 64
    assert Decimal(closed.figures["mrr"]["value"]) == 100
    assert closed.figures["mrr"]["version"] == 1


@pytest.mark.parametrize(
    ("month", "on", "why"),
    [(FEBRUARY, APRIL, "closed already"), (date(2025, 4, 1), APRIL, "not over yet"),
     (date(2025, 1, 1), APRIL, "stays open"), (date(2025, 4, 1), date(2025, 5, 1), "first")],
)  # fmt: skip
def test_a_month_is_closed_once_when_it_is_over_and_in_order(late_fact, month, on, why):
    with pytest.raises(MonthNotClosableError, match=why):
        close(month, on)

    assert ClosedMonth.objects.count() == 1


def test_days_whose_nights_are_open_are_named(late_fact):
    Night.objects.filter(day=date(2025, 3, 9)).delete()

    with pytest.raises(MonthNotClosableError, match="2025-03-09"):
        close(MARCH, APRIL)


def test_a_month_before_the_first_night_is_closed_from_what_later_nights_booked():
    version(SubscriptionFactory(), FEBRUARY, 100)
    rebuild_movements(through=date(2025, 3, 31))
    with pytest.raises(MonthNotClosableError, match="No day was ever closed"):
        close(FEBRUARY, APRIL)
    nights(date(2025, 3, 31), APRIL)

    close(FEBRUARY, APRIL)

    assert figure("mrr", FEBRUARY, "reported").value == 100
    assert figure("mrr", MARCH, "reported").value == 100
    close(MARCH, APRIL)


def test_a_part_of_the_company_is_reported_as_it_was_parted_then(late_fact):
    customer = late_fact.customer
    Customer.objects.filter(pk=customer.pk).update(segment="Large")

    keep_traits(date(2025, 3, 20), first=0, last=customer.pk)

    def reported(segment: str, month: date) -> Decimal | None:
        question = replace(asked(month, "reported"), segment=segment)
        return BY_CODE["mrr"].answer(question).value

    assert [reported(segment, FEBRUARY) for segment in ("Small", "Large")] == [100, 0]
    assert [reported(segment, MARCH) for segment in ("Small", "Large")] == [0, 50]


def test_history_from_before_the_first_closed_month_that_is_learned_late_is_new_then(late_fact):
    other = SubscriptionFactory(customer=CustomerFactory())
    version(other, date(2024, 12, 5), 70, recorded_on=date(2025, 3, 20))
    rebuild_movements(through=date(2025, 3, 31))

    mine = [line for line in lines(MARCH, "reported") if abs(line[2]) == 70]

    assert mine == [("2025-03-20", "new", 70, "prior_period_adjustment")]
    assert lines(date(2024, 12, 1), "reported") == lines(date(2025, 1, 1), "reported") == []
    assert [kind for _day, kind, _amount, _why in lines(date(2024, 12, 1))] == ["new"]
    assert not figure("logo_churn", date(2025, 1, 1), "reported").numerator
    close(MARCH, APRIL)
    assert ClosedMonth.objects.get(month=MARCH).lines.filter(kind="new").count() == 1


def test_who_was_known_to_have_left_before_the_first_closed_month_comes_back(late_fact):
    """Late it turns out that it had stayed: in the open month it pays again."""
    other = SubscriptionFactory(customer=CustomerFactory())
    version(other, date(2024, 12, 5), 70, recorded_on=date(2024, 12, 5))
    version(other, date(2025, 1, 10), 0, recorded_on=date(2025, 1, 10), ends_on=date(2025, 1, 10))
    version(other, date(2025, 1, 10), 70, recorded_on=date(2025, 3, 20))
    rebuild_movements(through=date(2025, 3, 31))

    assert lines(date(2025, 1, 1), "reported") == [("2025-01-10", "churn", -70, "ended")]
    mine = [line for line in lines(MARCH, "reported") if line[2] == 70]
    assert mine == [("2025-03-20", "reactivation", 70, "prior_period_adjustment")]


def test_facts_that_are_gone_are_made_up_for_before_the_first_closed_month():
    contract = SubscriptionFactory(customer=CustomerFactory())
    version(contract, date(2024, 12, 5), 70)
    nights(FEBRUARY, APRIL)
    rebuild_movements(through=date(2025, 3, 31))
    close(FEBRUARY, MARCH)
    contract.versions.all().delete()
    rebuild_movements(through=date(2025, 3, 31))

    assert figure("mrr", FEBRUARY, "reported").value == 70
    assert lines(date(2025, 1, 1), "reported") == [
        ("2025-01-31", "new", 70, "prior_period_adjustment")
    ]


def test_a_customer_learned_of_late_is_new_in_the_open_month(late_fact):
    other = SubscriptionFactory(customer=CustomerFactory())
    version(other, date(2025, 2, 20), 70, recorded_on=date(2025, 3, 20),
            ends_on=date(2025, 3, 10))  # fmt: skip
    rebuild_movements(through=date(2025, 3, 31))

    mine = [line for line in lines(MARCH, "reported") if abs(line[2]) == 70]

    # It was gone before we learned of it: both stand in the open month, and nothing is negative.
    assert [(day, kind, amount) for day, kind, amount, _why in mine] == [
        ("2025-03-01", "new", 70), ("2025-03-10", "churn", -70)
    ]  # fmt: skip
