import pytest

from metrics.ces import FIVE, ces, eased


def test_the_share_that_found_it_easy():
    figure = ces([7, 6, 5, 5, 4, 3, 6, 7, 2, 5])

    assert (figure.rate.numerator, figure.rate.denominator, figure.mean) == (7, 10, 5)
    assert figure.deviation == pytest.approx(1.6329931619, abs=1e-9)
    assert figure.mean_interval.low == pytest.approx(3.8318270643, abs=1e-6)
    assert figure.mean_interval.high == pytest.approx(6.1681729357, abs=1e-6)
    assert figure.interval.low == pytest.approx(0.396778147461, abs=1e-9)


def test_a_scale_of_effort_is_turned_round_first():
    turned = eased([1, 2, 2, 4, 5])
    figure = ces(turned, FIVE)

    assert turned == [5, 4, 4, 2, 1]
    assert (float(figure.rate.value), figure.mean) == (0.6, pytest.approx(3.2))


def test_no_answers_are_no_figure():
    figure = ces([])

    assert (figure.rate.value, figure.mean, figure.mean_interval) == (None, None, None)
