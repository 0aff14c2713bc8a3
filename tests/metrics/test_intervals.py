import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from metrics.intervals import (
    answers_for_margin,
    answers_for_nps_margin,
    mean_interval,
    newcombe,
    share_change,
    student_quantile,
    wilson,
)


def test_wilson_agrees_with_the_worked_example():
    interval = wilson(7, 10)

    assert interval.low == pytest.approx(0.396778147461, abs=1e-9)
    assert interval.high == pytest.approx(0.892208732594, abs=1e-9)


def test_three_of_three_is_not_certainty():
    interval = wilson(3, 3)

    assert (interval.low, interval.high) == (pytest.approx(0.438502968245, abs=1e-9), 1.0)


def test_nobody_asked_means_no_interval():
    assert wilson(0, 0) is None
    assert newcombe((0, 0), (1, 2)) is None
    assert mean_interval(5, 0, 1) is None


@given(st.integers(1, 500), st.data())
def test_wilson_lies_in_range_and_contains_the_share(n, data):
    successes = data.draw(st.integers(0, n))

    interval = wilson(successes, n)

    assert 0 <= interval.low <= successes / n <= interval.high <= 1


@given(st.integers(1, 60), st.integers(2, 8), st.data())
def test_more_answers_of_the_same_mix_narrow_the_range(n, times, data):
    successes = data.draw(st.integers(0, n))

    assert wilson(successes * times, n * times).width < wilson(successes, n).width


def test_a_change_of_two_shares_agrees_with_the_worked_example():
    change = share_change((140, 200), (150, 190))

    assert change.difference * 100 == pytest.approx(8.9473684211, abs=1e-6)
    assert change.z == pytest.approx(2.0226485305, abs=1e-6)
    assert change.p_value == pytest.approx(0.0431093969, abs=1e-6)
    assert change.interval.low * 100 == pytest.approx(0.2685401406, abs=1e-6)
    assert change.interval.high * 100 == pytest.approx(17.408358694, abs=1e-6)
    assert change.verdict == "higher"


def test_equal_shares_are_no_evidence_of_a_change():
    assert share_change((50, 100), (50, 100)).verdict == "no_evidence"


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 10, 49, 200, 500, 501, 1001, 40_000])
def test_the_t_quantile_agrees_with_scipy(freedom):
    expected = special.stdtrit(freedom, 0.975)

    assert student_quantile(0.975, freedom) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("margin", "share", "n"), [(5, 0.5, 385), (5, 0.8, 246), (10, 0.5, 97)])
def test_answers_needed_for_a_share(margin, share, n):
    """rsp-004"""
    assert answers_for_margin(margin / 100, share) == n


@pytest.mark.parametrize(
    ("margin", "variance", "n"), [(10, 1.0, 382), (10, 0.61, 232), (5, 0.8, 1227)]
)
def test_answers_needed_for_an_nps(margin, variance, n):
    """rsp-003"""
    assert answers_for_nps_margin(margin, variance) == n
