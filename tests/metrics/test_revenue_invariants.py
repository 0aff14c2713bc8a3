"""What must hold for every history: the invariants 1 to 5 and 8 of the numbers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.periods import span
from metrics.catalogue import BY_CODE
from metrics.models import CustomerTrait, RevenueMovement
from metrics.question import Question
from metrics.revenue.ledger import book_movements
from metrics.revenue.moves import sums_of, waterfall
from metrics.revenue.start_set import start_set
from metrics.revenue.stock import stock, stocks_by
from tests.metrics.slow_revenue import Version, book, in_force, native, rate, twelve
from tests.metrics.test_revenue_twin import START, THROUGH, rates, store, versions

pytestmark = pytest.mark.django_db
EVE = START - timedelta(days=1)
histories = st.lists(versions(), min_size=1, max_size=4)
cuts = st.integers(1, (THROUGH - START).days - 1).map(lambda n: START + timedelta(days=n))


def asked(start: date, end: date, **about) -> Question:
    return Question(period=span(start, end), today=date(2027, 1, 1), **about)


def slow_pair(history: list[Version], table: dict, start: date, end: date) -> tuple:
    """Value before the period, at the rates of its last day, and at its end."""
    before, last = start - timedelta(days=1), end - timedelta(days=1)
    kept = Decimal(0)
    for subscription in {v.subscription for v in history}:
        ruling = in_force(history, subscription, before)
        if ruling and rate(table, ruling.currency, before):
            kept += twelve(native(ruling, before) * rate(table, ruling.currency, last))
    return kept, book(history, table, (before, last))[0]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=histories, second=histories, table=rates, cut=cuts)
def test_what_holds_for_every_history(first, second, table, cut):
    with transaction.atomic():
        customers = [store(first, table), store(second, {})]
        for customer, segment in zip(customers, ("Small", "Large"), strict=True):
            CustomerTrait.objects.create(customer_id=customer, since=date.min, segment=segment)
        book_movements(customers, through=THROUGH)
        end = THROUGH + timedelta(days=1)
        whole, head, tail = asked(START, end), asked(START, cut), asked(cut, end)

        for question in (whole, head, tail, asked(cut, end, segment="Small")):
            steps = waterfall(question)
            assert (steps.moved, steps.closing) == (0, pytest.approx(stock(question).mrr))
        for kind in RevenueMovement.Kind.values:
            parts = [sums_of(q).get(kind) for q in (head, tail)]
            assert sum(s.amount for s in parts if s) == amount_of(whole, kind)
        assert sum(s.value for s in stocks_by(whole, "segment").values()) == stock(whole).value
        assert RevenueMovement.objects.filter(kind="new").count() <= 2
        check_rates(tail, [slow_pair(h, table, cut, end) for h in (first, second)])
        transaction.set_rollback(True)


def amount_of(question: Question, kind: str) -> Decimal:
    found = sums_of(question).get(kind)
    return found.amount if found else Decimal(0)


def check_rates(question: Question, slow: list[tuple[Decimal, Decimal]]) -> None:
    """NRR and GRR agree with the slow pairs, keep their order, and open to their operands."""
    paid = [(s, e) for s, e in slow if s > 0]
    started = start_set(question)
    assert started.start_value == pytest.approx(sum(s for s, _e in paid))
    if not paid:
        assert started.nrr.reason == "no_start"
        return
    nrr, grr = BY_CODE["nrr"], BY_CODE["grr"]
    whole = sum(s for s, _e in paid)
    assert nrr.answer(question).value == pytest.approx(sum(e for _s, e in paid) / whole)
    assert grr.answer(question).value == pytest.approx(sum(map(min, paid)) / whole)
    assert 0 <= grr.answer(question).value <= min(1, nrr.answer(question).value)
    for metric in (nrr, grr):
        totals, figure = metric.rows(question).totals(), metric.answer(question)
        assert (totals.numerator, totals.denominator) == (figure.numerator, figure.denominator)
