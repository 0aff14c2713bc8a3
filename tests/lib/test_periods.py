"""Months, quarters, years and spans; the fiscal year begins in April here."""

from datetime import date

import pytest

from lib.periods import PeriodUnreadableError, period_of, quarter_of, trailing_months, year_of


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 11, 1)),
        ("2026-Q1", date(2026, 4, 1), date(2026, 7, 1)),
        ("2026-q4", date(2027, 1, 1), date(2027, 4, 1)),
        ("2026", date(2026, 4, 1), date(2027, 4, 1)),
        ("2024-02-29..2024-02-29", date(2024, 2, 29), date(2024, 3, 1)),
    ],
)
def test_a_period_is_read_with_the_fiscal_year(settings, text, start, end):
    settings.FISCAL_YEAR_STARTS_IN_MONTH = 4

    period = period_of(text)

    assert (period.start, period.end) == (start, end)
    assert period_of(period.code) == period


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026-13", "2026-00", "2026-Q5", "0001", "9999", "2026-02-30..2026-03-01",
     "2026-03-02..2026-03-01", "9999-12-31..9999-12-31", "２０２６"],
)  # fmt: skip
def test_whatever_is_no_period_is_refused(text):
    with pytest.raises(PeriodUnreadableError):
        period_of(text)


def test_a_quarter_and_a_year_know_which_they_are(settings):
    settings.FISCAL_YEAR_STARTS_IN_MONTH = 4

    assert quarter_of(date(2027, 2, 28)).code == "2026-Q4"
    assert year_of(date(2027, 3, 31)).code == "2026"
    settings.FISCAL_YEAR_STARTS_IN_MONTH = 1
    assert quarter_of(date(2027, 2, 28)).code == "2027-Q1"


def test_periods_move_by_their_own_length(settings):
    settings.FISCAL_YEAR_STARTS_IN_MONTH = 4

    assert period_of("2026-01").moved(-1).code == "2025-12"
    assert period_of("2026-Q4").moved(1).code == "2027-Q1"
    assert period_of("2026").moved(-2).code == "2024"
    assert period_of("2026-03-01..2026-03-07").moved(1).code == "2026-03-08..2026-03-14"


def test_trailing_months_end_with_the_month_of_the_day():
    period = trailing_months(date(2026, 6, 15), 12)

    assert (period.start, period.end, period.months) == (date(2025, 7, 1), date(2026, 7, 1), 12)
