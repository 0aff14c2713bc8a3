import pytest

from metrics.csat import csat


def test_seven_of_ten_are_satisfied():
    """csat-001, as the results of one survey show it."""
    figure = csat([5, 4, 3, 5, 2, 4, 5, 1, 4, 5])

    assert (figure.rate.numerator, figure.n) == (7, 10)
    assert float(figure.rate.value) == 0.7
    assert figure.mean == pytest.approx(3.8)
    assert figure.interval.low == pytest.approx(0.396778147461, abs=1e-9)


def test_three_answers_are_too_few_for_a_percentage():
    assert csat([5, 5, 4]).flag == "insufficient_n"


def test_no_answers_are_no_figure():
    figure = csat([])

    assert (figure.rate.value, figure.interval, figure.mean) == (None, None, None)
    assert (figure.flag, figure.rate.reason) == ("no_data", "no_data")
