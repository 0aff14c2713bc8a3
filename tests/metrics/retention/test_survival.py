"""Kaplan-Meier from facts: km-001, who came into sight late, and what is not answered."""

from datetime import timedelta
from itertools import pairwise

import pytest

from lib.days import add_months
from metrics.retention.fitted import MODELLED_RETENTION, fitted_to
from metrics.retention.survival import (
    MEAN_LIFETIME,
    MEDIAN_LIFETIME,
    SURVIVAL_12,
    SURVIVAL_24,
    survival_curve,
)
from metrics.value.sbg import ShiftedBetaGeometric, fit_at_risk
from tests.metrics.retention.facts import asked_at_end_of, book, day, pays

pytestmark = pytest.mark.django_db
END = day("2026-01-01")


def lived(months: int, *, lost: bool) -> None:
    """Watched for so many whole months up to the end of 2025, or lost just before they were over.

    Who is lost pays from so many months and half a year before, so that the day does not matter.
    """
    if not lost:
        pays({str(add_months(END, -months)): 100})
        return
    joined = add_months(END, -months - 6)
    pays({str(joined): 100, str(add_months(joined, months) - timedelta(days=3)): 0})


def test_eight_customers_by_hand_km_001():
    for months, lost in zip([1, 2, 2, 3, 4, 5, 5, 6], [1, 1, 0, 1, 0, 1, 0, 0], strict=True):
        lived(months, lost=bool(lost))
    book()
    question = asked_at_end_of("2025-12-31")

    curve = survival_curve(question)

    found = [(s.month, s.at_risk, s.lost, round(s.survival, 10)) for s in curve.steps]
    errors = [step.error for step in curve.steps]
    assert found == [(1, 8, 1, 0.875), (2, 7, 1, 0.75), (3, 5, 1, 0.6), (5, 3, 1, 0.4)]
    assert errors == pytest.approx([0.1169267933, 0.1530931089, 0.1816590212, 0.2033060091])
    assert curve.restricted_mean(6) == pytest.approx(4.225)
    assert MEDIAN_LIFETIME.answer(question).value == 5
    assert MEDIAN_LIFETIME.answer(question).parts == {"at_risk": 3}
    assert MEAN_LIFETIME.answer(question).value == pytest.approx(4.225)
    assert MEDIAN_LIFETIME.rows(question).totals().numerator == 4


def test_a_loss_is_final_and_a_later_one_is_not_known_yet():
    pays({"2025-01-01": 100, "2025-03-15": 0, "2025-04-01": 100})
    pays({"2025-01-01": 100, "2025-12-31": 0})
    book()

    before = survival_curve(asked_at_end_of("2025-11-30"))

    assert [(step.month, step.lost) for step in before.steps] == [(3, 1)]
    assert before.longest == 11


def test_an_imported_customer_is_at_risk_only_since_its_first_contract():
    pays({"2024-12-31": 100, "2025-05-20": 0})
    for _ in range(2):
        pays({"2025-01-01": 100}, started_on=day("2023-01-01"))
    book()

    curve = survival_curve(asked_at_end_of("2025-12-31"))

    assert [(step.month, step.at_risk) for step in curve.steps] == [(5, 1)]
    assert (curve.customers, curve.at_risk(30), curve.longest) == (3, 2, 36)


def test_nobody_is_asked_about_longer_than_ten_were_watched():
    for _ in range(10):
        pays({"2024-06-01": 100})
    book()
    question = asked_at_end_of("2025-12-31")

    assert SURVIVAL_12.answer(question).value == 1
    assert SURVIVAL_24.answer(question).reason == "too_short"
    assert MEDIAN_LIFETIME.answer(question).reason == "not_reached"
    assert MODELLED_RETENTION.answer(question).reason == "too_few"
    assert SURVIVAL_12.answer(asked_at_end_of("2020-12-31")).reason == "no_data"


def test_a_model_finds_the_parameters_its_customers_were_made_with():
    truth = ShiftedBetaGeometric(0.8, 12)
    left = [10_000 * truth.survival(month) for month in range(25)]

    fit = fit_at_risk(left[:-1], [a - b for a, b in pairwise(left)])

    assert (fit.alpha, fit.beta) == pytest.approx((0.8, 12), rel=1e-4)
    assert fitted_to(None).reason == "no_data"
