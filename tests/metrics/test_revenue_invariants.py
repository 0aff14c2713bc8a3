"""What must hold for every history: the invariants 1 to 5 and 8 of the numbers."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from lib.periods import span
from metrics.catalogue import BY_CODE
from metrics.models import CustomerTrait, RevenueMovement
from metrics.question import Question
from metrics.revenue.ledger import book_movements
from metrics.revenue.moves import sums_of, waterfall
from metrics.revenue.start_set import start_set
from metrics.revenue.stock import stock, stocks_by
from tests.metrics.slow_revenue import Version, book
from tests.metrics.test_revenue_twin import START, THROUGH, rates, store, stored, versions

pytestmark = pytest.mark.django_db
EVE = START - timedelta(days=1)
histories = st.lists(versions(), min_size=1, max_size=4)
cuts = st.integers(1, (THROUGH - START).days - 1).map(lambda n: START + timedelta(days=n))


def asked(start: date, end: date, **about) -> Question:
    return Question(period=span(start, end), today=date(2027, 1, 1), **about)


def slow_pair(history: list[Version], table: dict, start: date, end: date) -> tuple:
    """Value before the period, at the rates of its last day, and at its end.

    Money that had no rate before and has one at the end is in both: to learn a rate is no growth.
    """
    before, last = start - timedelta(days=1), end - timedelta(days=1)
    paid = book(history, table, before, before) > 0
    kept = book(history, table, before, last) if paid else Decimal(0)
    return kept, book(history, table, last, last)


@settings(
    max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
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
        assert stock(head).mrr == waterfall(tail).opening
        check_lines(customers)
        for kind in RevenueMovement.Kind.values:
            parts = [sums_of(q).get(kind) for q in (head, tail)]
            assert sum(s.amount for s in parts if s) == amount_of(whole, kind)
        assert sum(s.value for s in stocks_by(whole, "segment").values()) == stock(whole).value
        check_rates(tail, [slow_pair(h, table, cut, end) for h in (first, second)])
        transaction.set_rollback(True)


def check_lines(customers: list[int]) -> None:
    """Of each customer: balances are what was moved, it is new once, growth has a ground."""
    for customer in customers:
        lines = list(RevenueMovement.objects.filter(customer_id=customer).order_by("day", "pk"))
        balance = Decimal(0)
        for line in lines:
            assert line.kind != "expansion" or balance > 0
            assert line.kind not in ("new", "reactivation") or balance == 0
            balance += line.amount
            assert line.balance == balance >= 0
        assert sum(line.kind == "new" for line in lines) <= 1


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


RATES = ("logo_churn", "nrr", "grr", "gross_revenue_churn", "net_revenue_churn", "quick_ratio")
AMOUNTS = ("mrr", "arr", "cmrr", "arpa", "new_mrr", "reactivation_mrr", "expansion_mrr",
           "contraction_mrr", "churned_mrr", "fx_mrr")  # fmt: skip


def answers(histories: list[list[Version]], table: dict, question: Question) -> dict:
    """All of these figures about customers with these histories, who are gone again after it."""
    with transaction.atomic():
        store(histories[0], table)
        customers = [*Customer.objects.values_list("pk", flat=True), store(histories[1], {})]
        book_movements(customers, through=THROUGH)
        found = {code: BY_CODE[code].answer(question) for code in (*RATES, *AMOUNTS)}
        transaction.set_rollback(True)
    return {
        code: (f.reason, None if f.value is None else float(f.value), f.n)
        for code, f in found.items()
    }


def dearer(version: Version, factor: int) -> Version:
    discounts = tuple(
        replace(d, amount=None if d.amount is None else d.amount * factor)
        for d in version.discounts
    )
    return replace(version, price=version.price * factor, discounts=discounts)


@settings(
    max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(first=histories, second=histories, table=rates, cut=cuts, factor=st.integers(2, 40))
def test_dearer_prices_scale_amounts_and_leave_every_rate(first, second, table, cut, factor):
    question = asked(cut, THROUGH + timedelta(days=1))

    plain = answers([first, second], table, question)
    scaled = [[dearer(version, factor) for version in history] for history in (first, second)]
    raised = answers(scaled, table, question)

    for code, (reason, value, n) in plain.items():
        expected = value and value * (factor if code in AMOUNTS else 1)
        assert raised[code] == (reason, pytest.approx(expected, abs=1e-6), n)


@settings(
    max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(data=st.data(), history=histories, table=rates)
def test_the_order_of_rows_does_not_matter(data, history, table):
    mixed = data.draw(st.permutations(range(len(history))))
    found = []
    for order in (None, mixed):
        with transaction.atomic():
            book_movements([store(history, table, order)], through=THROUGH)
            found.append(stored())
            transaction.set_rollback(True)

    assert found[0] == found[1]
