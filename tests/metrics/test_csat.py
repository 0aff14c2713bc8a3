from datetime import UTC, datetime
from fractions import Fraction

import pytest

from metrics.csat import Answer, csat, csat_of_answers


def at(day, hour):
    return datetime(2025, 3, day, hour, tzinfo=UTC)


def test_seven_of_ten_are_satisfied():
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


def test_the_last_answer_about_a_ticket_counts_and_odd_scores_do_not():
    figure = csat_of_answers(
        [
            Answer("T1", at(1, 10), 2),
            Answer("T1", at(1, 12), 4),
            Answer("T2", at(5, 9), 5),
            Answer("T3", at(6, 9), 0),
            Answer("T4", at(7, 9), None),
            Answer("T5", at(8, 9), 3),
        ]
    )

    assert (figure.n, figure.rejected, figure.superseded) == (3, 2, 1)
    assert Fraction(figure.rate.numerator, figure.rate.denominator) == Fraction(2, 3)
