import random
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.value.survival import kaplan_meier
from tests.public_data import public_rows

LIVES = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60)


def test_eight_customers_by_hand():
    """km-001, as the formula."""
    curve = kaplan_meier([1, 2, 2, 3, 4, 5, 5, 6], [1, 1, 0, 1, 0, 1, 0, 0])

    found = [(s.month, s.at_risk, s.lost, round(s.survival, 10)) for s in curve.steps]
    errors = [s.error for s in curve.steps]
    assert found == [(1, 8, 1, 0.875), (2, 7, 1, 0.75), (3, 5, 1, 0.6), (5, 3, 1, 0.4)]
    assert errors == pytest.approx([0.1169267933, 0.1530931089, 0.1816590212, 0.2033060091])
    assert (curve.median, curve.restricted_mean(6)) == (5, pytest.approx(4.225))


def test_the_telco_file_gives_the_published_curve():
    """km-002"""
    rows = public_rows("ibm_telco_customer_churn.csv")
    curve = kaplan_meier(
        [int(row["tenure"]) for row in rows], [row["Churn"] == "Yes" for row in rows]
    )

    assert (curve.customers, sum(step.lost for step in curve.steps)) == (7043, 1869)
    expected = {1: (0.9459613197, 0.0026961846), 12: (0.8431995538, 0.0044921603),
                24: (0.7887363984, 0.0052089637), 36: (0.7485454149, 0.0057440584),
                48: (0.7088401843, 0.006320712), 60: (0.6644039144, 0.0071253146),
                72: (0.5927901521, 0.0099187669)}  # fmt: skip
    for month, (survival, error) in expected.items():
        step = curve.step_at(month)
        assert (step.survival, step.error) == pytest.approx((survival, error), abs=1e-9)
    year = curve.step_at(12)
    assert (year.interval.low, year.interval.high) == pytest.approx((0.8342, 0.8518), abs=1e-4)
    later = curve.step_at(24).interval
    assert (later.low, later.high) == pytest.approx((0.7783, 0.7987), abs=1e-4)
    assert curve.median is None
    assert curve.restricted_mean(72) == pytest.approx(54.49, abs=0.005)


@given(LIVES)
def test_the_curve_never_rises_and_stays_in_range(lives):
    curve = kaplan_meier([months for months, _lost in lives], [lost for _months, lost in lives])

    levels = [1.0, *(step.survival for step in curve.steps)]
    assert all(0 <= later <= earlier for earlier, later in pairwise(levels))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(0, 41))
def test_without_anybody_leaving_sight_it_is_the_plain_share(months, month):
    curve = kaplan_meier(months, [True] * len(months))

    assert curve.at(month) == pytest.approx(sum(m > month for m in months) / len(months))


@given(LIVES)
@settings(deadline=timedelta(seconds=2))
def test_it_agrees_with_counting_month_by_month(lives):
    curve = kaplan_meier([months for months, _lost in lives], [lost for _months, lost in lives])

    slow = 1.0
    for month in range(41):
        at_risk = sum(duration >= month for duration, _lost in lives)
        lost = sum(duration == month and gone for duration, gone in lives)
        slow *= 1 - lost / at_risk if at_risk else 1
        assert curve.at(month) == pytest.approx(slow)


def test_an_imported_customer_is_at_risk_only_since_its_import():
    late = kaplan_meier([5, 20, 20], [True, True, False], entered=[0, 12, 12])

    assert [(step.month, step.at_risk) for step in late.steps] == [(5, 1), (20, 2)]


def test_the_order_of_customers_does_not_matter():
    lives = [(n % 17, n % 3 == 0) for n in range(90)]
    mixed = random.Random(3).sample(lives, len(lives))

    assert kaplan_meier(*zip(*lives, strict=True)) == kaplan_meier(*zip(*mixed, strict=True))
