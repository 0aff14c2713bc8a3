"""Tests of change against the worked examples and against other libraries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.changes import (
    Pairs,
    Signs,
    answers_to_see,
    holm,
    nps_change,
    paired_nps_change,
    paired_share_change,
)
from metrics.nps import Nps


@pytest.fixture(scope="module")
def stats():
    """Imported by the one process that runs these tests: it takes a second."""
    from scipy import stats

    return stats


def test_a_change_between_two_quarters():
    """nps-005, as the formula."""
    change = nps_change(Signs(100, 40, 25), Signs(100, 55, 17))

    assert change.difference == pytest.approx(22.3300970874, abs=1e-6)
    assert change.z == pytest.approx(2.0671611081, abs=1e-6)
    assert change.p_value == pytest.approx(0.0387189756, abs=1e-6)
    assert change.interval.low == pytest.approx(1.1579756248, abs=1e-6)
    assert change.interval.high == pytest.approx(43.50221855, abs=1e-6)
    assert change.verdict == "higher"


def test_an_empty_period_cannot_be_compared():
    assert nps_change(Signs(0, 0, 0), Signs(5, 5, 0)) is None
    assert paired_nps_change(Pairs(1, 1, 1, 1, 0)) is None
    assert paired_share_change(Pairs(0, 0, 0, 0, 0)) is None


@given(st.lists(st.integers(-2, 2), min_size=2, max_size=40))
def test_paired_changes_agree_with_a_t_statistic(stats, changes):
    pairs = Pairs(len(changes), sum(changes), sum(c * c for c in changes), 0, 0)

    change = paired_nps_change(pairs)

    assert change.difference == pytest.approx(100 * sum(changes) / len(changes))
    if len(set(changes)) > 1:
        assert change.z == pytest.approx(stats.ttest_1samp(changes, 0).statistic)


@pytest.mark.parametrize(("gained", "lost"), [(9, 1), (3, 4), (0, 0), (12, 12)])
def test_few_changed_minds_are_tested_exactly(stats, gained, lost):
    change = paired_share_change(Pairs(40, 0, 0, gained, lost))

    expected = stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1
    assert change.p_value == pytest.approx(expected)
    assert change.difference == (gained - lost) / 40


def test_many_changed_minds_are_tested_by_the_normal_distribution(stats):
    change = paired_share_change(Pairs(200, 0, 0, 40, 20))

    assert change.p_value == pytest.approx(stats.chi2.sf(20 * 20 / 60, 1))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_makes_a_finding_more_certain(p_values):
    adjusted = holm(p_values)

    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    assert min(adjusted) == pytest.approx(min(1, len(p_values) * min(p_values)))


def test_of_twenty_tests_one_chance_finding_is_none():
    assert min(holm([0.03] + [0.5] * 19)) > 0.05
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_pairs_suffice_from_ten_and_half_of_the_smaller_period():
    assert Pairs(10, 0, 0, 0, 0).suffice_for(20, 300)
    assert not Pairs(9, 0, 0, 0, 0).suffice_for(9, 9)
    assert not Pairs(10, 0, 0, 0, 0).suffice_for(21, 300)


def test_a_smaller_change_needs_more_answers():
    assert answers_to_see(10, 0.61) == 476
    assert answers_to_see(5) > answers_to_see(10)


def test_nps_ranges_contain_the_score_for_every_mix_of_up_to_120_answers():
    for n in [*range(2, 41), 60, 90, 120]:
        for promoters in range(n + 1):
            for detractors in range(n - promoters + 1):
                nps = Nps(promoters, n - promoters - detractors, detractors)
                assert -100 <= nps.low <= nps.value <= nps.high <= 100


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.integers(2, 5))
def test_more_answers_of_the_same_mix_narrow_the_nps_range(good, neither, bad, times):
    if good + neither + bad == 0:
        return
    few = Nps(good, neither, bad)
    many = Nps(good * times, neither * times, bad * times)

    assert many.high - many.low < few.high - few.low
