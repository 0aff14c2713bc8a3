"""Renewal rates from facts: renew-001, renew-002, churn-008, and terms that change on their way."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from metrics.catalogue import BY_CODE
from metrics.models import ContractTerm
from metrics.retention.renewals import renewals
from metrics.revenue.ledger import rebuild_movements
from metrics.traits import begin_traits
from tests.factories import CustomerFactory, SubscriptionFactory, SubscriptionVersionFactory
from tests.metrics.retention.facts import THROUGH, asked_at_end_of, book, day, pays

pytestmark = pytest.mark.django_db
RATES = ("renewal_rate", "renewal_rate_gross", "renewal_rate_net")


def contract(*versions: tuple[str, int, str], customer=None, **facts) -> None:
    """`(effective on, price of a year, first day after the term)`; a price of 0 is an end."""
    customer = customer or CustomerFactory(csm=None)
    subscription = SubscriptionFactory(customer=customer)
    for order, (since, price, until) in enumerate(versions):
        ends = {"renews_on": day(until)} if price else {"ends_on": day(since)}
        SubscriptionVersionFactory(
            subscription=subscription, effective_on=day(since), price=Decimal(price),
            quantity=Decimal(1), interval="year", recorded_at=datetime(2025, 1, 1, 0, 0, order,
            tzinfo=UTC), **ends | facts,
        )  # fmt: skip


def due_in(period: str, today: str):
    return asked_at_end_of(str(day(today).fromordinal(day(today).toordinal() - 1)), period=period)


def rates(question) -> list[Decimal | None]:
    return [BY_CODE[code].answer(question).value for code in RATES]


def test_contracts_due_in_a_quarter_renew_001():
    for before, after in ((10_000, 12_000), (20_000, 15_000), (5_000, 0), (15_000, 15_000)):
        contract(("2024-08-01", before, "2025-08-01"), ("2025-08-01", after, "2026-08-01"))
    book()
    question = due_in("2025-Q2", "2025-12-01")

    assert rates(question) == [Decimal("0.75"), Decimal("0.8"), Decimal("0.84")]
    for code in RATES:
        figure, totals = BY_CODE[code].answer(question), BY_CODE[code].rows(question).totals()
        assert (totals.numerator, totals.denominator) == (figure.numerator, figure.denominator)


def test_early_counts_at_its_end_and_late_within_grace_renew_002():
    contract(("2024-09-01", 100, "2025-09-01"), ("2025-05-20", 110, "2026-09-01"))
    contract(
        ("2024-10-01", 100, "2025-10-01"), ("2025-10-01", 0, ""), ("2025-10-12", 100, "2026-10-12")
    )
    book()

    question = due_in("2025-07-01..2025-09-30", "2025-10-31")

    found = renewals(question)
    assert rates(question) == [1, 1, Decimal("1.05")]
    assert (found.due, found.late, found.early) == (2, 1, 1)
    assert renewals(due_in("2025-Q1", "2025-07-01")).due == 0


def test_before_it_comes_late_a_contract_is_open_then_lost():
    contract(("2024-10-01", 100, "2025-10-01"), ("2025-10-01", 0, ""))
    book()

    early, after = due_in("2025-09", "2025-10-20"), due_in("2025-09", "2025-11-20")

    assert (renewals(early).open, renewals(after).open) == (1, 0)
    assert BY_CODE["renewal_rate"].answer(early).parts["open"] == 1
    assert [row.note for row in BY_CODE["renewal_rate"].rows(early).all()] == ["open"]
    assert [row.note for row in BY_CODE["renewal_rate"].rows(after).all()] == ["not_renewed"]


def test_a_month_of_yearly_contracts_looks_better_than_it_is_churn_008():
    for _ in range(110):
        pays({"2024-06-10": 100})
    for number in range(10):
        contract(
            ("2024-10-16", 1200, "2025-10-16"),
            ("2025-10-16", 0 if number < 2 else 1200, "2026-10-16"),
        )
    book()
    question = due_in("2025-10", "2025-12-01")

    assert float(BY_CODE["logo_churn"].answer(question).value) == pytest.approx(1 / 60)
    assert BY_CODE["renewal_rate"].answer(question).value == Decimal("0.8")


def test_without_a_contract_that_ends_there_is_no_rate():
    pays({"2024-06-10": 100})
    book()

    figure = BY_CODE["renewal_rate"].answer(due_in("2025-09", "2025-12-01"))

    assert (figure.value, figure.reason) == (None, "no_contracts")


def test_a_term_cut_short_counts_once_at_its_new_end():
    contract(("2024-10-01", 100, "2025-10-01"), ("2025-06-15", 0, ""))
    contract(("2024-10-01", 100, "2025-10-01"), ("2025-03-01", 120, "2025-10-01"))
    book()

    terms = ContractTerm.objects.order_by("last_day").values_list("last_day", "expiring", "renewed")

    assert [(str(last), expiring, renewed) for last, expiring, renewed in terms] == [
        ("2025-06-14", 100, 0),
        ("2025-09-30", 120, 120),
    ]


def test_terms_are_the_same_when_everything_is_built_anew():
    contract(("2024-10-01", 100, "2025-10-01"), ("2025-10-20", 130, "2026-10-20"))
    contract(("2024-10-01", 100, "2025-10-01"))
    book()
    kept = list(ContractTerm.objects.values_list("subscription", "last_day", "renewed_on"))

    rebuild_movements(through=THROUGH)

    assert kept == list(ContractTerm.objects.values_list("subscription", "last_day", "renewed_on"))
    assert len(kept) == 3


@pytest.mark.parametrize("asked", [{"segment": "Small"}, {"csm": 0}, {"plan": "Tiny"}])
def test_contracts_of_others_are_not_due(ana, asked):
    mine = CustomerFactory(csm=None, segment="Small")
    contract(("2024-08-01", 100, "2025-08-01"), customer=mine, plan="Tiny")
    others = CustomerFactory(csm=ana, segment="Large")
    contract(("2024-08-01", 100, "2025-08-01"), ("2025-08-01", 0, ""), customer=others)
    book()
    begin_traits(THROUGH)

    question = due_in("2025-Q2", "2025-12-01").about(**asked)

    assert [renewals(question).due, rates(question)[0]] == [1, 1]
