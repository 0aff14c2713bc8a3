"""Stored months say what the ledger says, and are the same kept as rebuilt."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from lib.days import add_months
from lib.periods import span
from metrics.models import BookedMonth, ChangedLedger, CustomerTrait, RevenueMovement
from metrics.models.month import MonthBook, MonthMovement, MonthStock
from metrics.question import Question
from metrics.revenue.ledger import book_movements
from metrics.revenue.months import keep_months, rebuild_months
from metrics.revenue.start_set import start_sets_by, stored_window
from metrics.value.pooled_churn import months_of, pooled_churn_rows, stored_churn
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
        keep_months(LATER, through=LATER)
        kept = rows()
        rebuild_months(through=LATER)

        assert kept == rows()
        assert not ChangedLedger.objects.exists()
        transaction.set_rollback(True)


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
        transaction.set_rollback(True)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=histories, second=histories, table=rates)
def test_the_churn_of_a_year_adds_up_its_months_whoever_is_asked_about(first, second, table):
    with transaction.atomic():
        customers = [store(first, table), store(second, {})]
        CustomerTrait.objects.create(
            customer_id=customers[0], since=date.min, until=date(2025, 2, 10), segment="Small"
        )
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
