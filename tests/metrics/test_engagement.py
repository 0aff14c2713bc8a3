from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from lib.days import days_between
from metrics.engagement import (
    active_share,
    adoption,
    returning_visitors,
    stickiness,
    time_on_site,
)

FIRST = date(2025, 3, 3)


def days(*numbers):
    return [FIRST + timedelta(days=number - 1) for number in numbers]


def minutes(*numbers):
    return [datetime(2025, 3, 3, tzinfo=UTC) + timedelta(minutes=number) for number in numbers]


def test_stickiness_is_average_dau_over_window_actives():
    window = days_between(FIRST, FIRST + timedelta(days=7))
    figure = stickiness(
        {"u1": days(1, 2, 3, 4, 5, 6, 7), "u2": days(1, 3, 5), "u3": days(2)}, window
    )

    assert figure.daily == (2, 2, 2, 1, 2, 1, 1)
    assert (figure.average_daily, figure.people) == (Fraction(11, 7), 3)
    assert Fraction(figure.rate.numerator, figure.rate.denominator) == Fraction(11, 21)


def test_staff_do_not_make_a_product_sticky():
    window = days_between(FIRST, FIRST + timedelta(days=28))
    figure = stickiness({"staff1": window}, window, internal={"staff1"})

    assert (figure.people, figure.average_daily, figure.rate.value) == (0, 0, None)


def test_active_share_is_not_clamped():
    assert active_share(32, 50).rate.value == Decimal("0.64")
    assert (active_share(72, 60).rate.value, active_share(72, 60).is_over_deployed) == (
        Decimal("1.2"),
        True,
    )
    assert active_share(3, 0).rate.value is None


def test_adoption_counts_only_who_could_adopt():
    assert adoption(40, 26).value == Decimal("0.65")
    assert adoption(8, 6).value == Decimal("0.75")
    assert adoption(0, 0).value is None


def test_sessions_are_cut_after_thirty_idle_minutes():
    figure = time_on_site(minutes(0, 5, 12, 50, 58))

    assert (figure.sessions, figure.total, figure.mean) == ((12, 8), 20, 10)


def test_a_gap_of_exactly_thirty_minutes_does_not_cut():
    figure = time_on_site(minutes(200, 0, 30))

    assert (figure.sessions, figure.mean, figure.median) == ((30, 0), 15, 15)
    assert time_on_site([]).mean is None


def test_only_who_came_before_the_window_returns():
    sessions = [("v1", date(2025, 3, 2)), ("v1", date(2025, 3, 9)), ("v2", date(2025, 1, 20)),
                ("v2", date(2025, 3, 5)), ("v3", date(2025, 3, 30))]  # fmt: skip

    figure = returning_visitors(sessions, date(2025, 3, 1), date(2025, 4, 1))

    assert (figure.numerator, figure.denominator) == (1, 3)
    assert float(figure.value) == pytest.approx(1 / 3)


def test_nobody_came():
    assert returning_visitors([], date(2025, 3, 1), date(2025, 4, 1)).value is None
