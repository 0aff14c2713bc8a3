"""Logo churn and retention from facts: churn-001 to churn-005, churn-008, ret-001 and ret-002."""

from decimal import Decimal

import pytest

from metrics.catalogue import BY_CODE
from metrics.churn import annualised
from metrics.retention.cohorts import months_between
from tests.metrics.retention.facts import asked_at_end_of, book, day, pays

pytestmark = pytest.mark.django_db
BEFORE = "2024-06-10"
FIGURES = ("logo_churn", "logo_retention", "early_churn")


def company(*groups) -> None:
    """`(how many, what each pays)`."""
    for count, steps in groups:
        for _ in range(count):
            pays(steps)
    book()


def answers(period: str, last: str) -> dict[str, object]:
    question = asked_at_end_of(last, period=period)
    return {code: BY_CODE[code].answer(question) for code in FIGURES}


def test_who_came_and_left_or_left_and_came_back_is_in_no_rate_churn_001():
    company(
        (89, {BEFORE: 100}),
        (10, {BEFORE: 100, "2025-01-15": 0}),
        (1, {BEFORE: 100, "2025-01-10": 0, "2025-01-20": 100}),
        (1, {"2025-01-05": 100, "2025-01-25": 0}),
    )

    found = answers("2025-01", "2025-01-31")

    churn = found["logo_churn"]
    assert (churn.numerator, churn.denominator) == (10, 100)
    assert (churn.interval.low, churn.interval.high) == pytest.approx((0.0552291371, 0.1743656615))
    assert found["logo_retention"].value == Decimal("0.9")
    assert found["early_churn"].value == 1


def test_a_quarter_is_measured_on_its_own_start_set_churn_002():
    company(
        (88, {BEFORE: 100}),
        (5, {BEFORE: 100, "2025-01-15": 0}),
        (4, {BEFORE: 100, "2025-02-15": 0}),
        (3, {BEFORE: 100, "2025-03-15": 0}),
        (3, {"2025-01-10": 100}),
        (2, {"2025-01-10": 100, "2025-02-15": 0}),
        (5, {"2025-01-10": 100, "2025-03-15": 0}),
        (5, {"2025-02-10": 100}),
    )

    months = [answers(f"2025-0{n}", f"2025-0{n}-28")["logo_churn"] for n in (1, 2, 3)]
    quarter = answers("2024-Q4", "2025-03-31")["logo_churn"]

    found = [(month.numerator, month.denominator) for month in months]
    assert found == [(5, 100), (6, 105), (8, 104)]
    assert (quarter.numerator, quarter.denominator) == (12, 100)


def test_without_anybody_at_the_start_there_is_no_rate_churn_003():
    company((7, {"2025-01-10": 100}))

    found = answers("2025-01", "2025-01-31")

    for code in ("logo_churn", "logo_retention"):
        assert (found[code].value, found[code].reason) == (None, "no_start")


def test_new_customers_who_leave_are_counted_apart_churn_004():
    company(
        (96, {BEFORE: 100}),
        (4, {BEFORE: 100, "2025-01-15": 0}),
        (18, {"2025-01-10": 100}),
        (2, {"2025-01-10": 100, "2025-01-20": 0}),
    )

    found = answers("2025-01-01..2025-01-30", "2025-01-30")

    assert (found["logo_churn"].value, found["early_churn"].value) == (Decimal("0.04"), 2)


def test_a_year_is_extrapolated_and_says_so_churn_005():
    company((97, {BEFORE: 100}), (3, {BEFORE: 100, "2025-01-15": 0}))

    month = BY_CODE["annualised_churn"].answer(asked_at_end_of("2025-01-31"))
    days = BY_CODE["annualised_churn"].answer(
        asked_at_end_of("2025-01-31", period="2025-01-01..2025-01-20")
    )

    assert float(annualised(Decimal("0.03"))) == pytest.approx(0.306157639)
    assert float(month.value) == pytest.approx(0.306157639)
    assert month.flag == "extrapolation"
    assert days.reason == "not_whole_months"


def test_retention_is_who_is_still_there_ret_001():
    company((180, {BEFORE: 100}), (20, {BEFORE: 100, "2025-01-15": 0}), (30, {"2025-01-10": 100}))

    assert answers("2025-01", "2025-01-31")["logo_retention"].value == Decimal("0.9")


def test_who_comes_back_was_not_retained_ret_002():
    company(
        (80, {BEFORE: 100}),
        (20, {BEFORE: 100, "2025-01-15": 0}),
        (15, {"2025-01-10": 100}),
        (10, {BEFORE: 100, "2024-11-10": 0, "2025-01-20": 100}),
    )

    assert answers("2025-01", "2025-01-31")["logo_retention"].value == Decimal("0.8")


def test_months_between_counts_over_years():
    assert months_between(day("2024-11-01"), day("2025-02-01")) == 3
