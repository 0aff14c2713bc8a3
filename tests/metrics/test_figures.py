from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from metrics.sparkline import HEIGHT, sparkline
from metrics.templatetags import figures
from metrics.templatetags.numbers import metric_name, period_words


@pytest.mark.parametrize(
    ("value", "shown"),
    [("150", "150.00"), ("153.84615400", "153.846154"), ("0.5", "0.50"), ("1234.10", "1,234.10")],
)
def test_a_rate_has_two_places_and_no_idle_noughts(value, shown):
    assert figures.rate(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        (Decimal(3_600_000), "en", "¥3.6M"),
        (Decimal(3_600_000), "ja", "¥360万"),
        (Decimal(-1_250), "en", "−¥1.25K"),
        (Decimal(999), "en", "¥999"),
        (Decimal(123_456_789), "ja", "¥1.23億"),
    ],
)
def test_big_money_is_shortened_as_the_language_counts(amount, language, shown):
    with translation.override(language):
        assert figures.money_short(amount, "JPY") == shown


@pytest.mark.parametrize("unknown", [None, ""])
@pytest.mark.parametrize("filter_name", ["money", "money_short", "percent", "figure", "signed"])
def test_an_undefined_figure_is_not_nought(filter_name, unknown):
    shown = getattr(figures, filter_name)(unknown)

    assert "n/a" in shown
    assert "0" not in shown


def test_figures_carry_their_sign_their_share_and_their_thousands():
    assert figures.signed(Decimal("-12.4")) == "−12"
    assert figures.signed(3) == "+3"
    assert figures.signed(Decimal("0.2")) == "±0"
    assert figures.percent(Decimal("0.1234")) == "12.3%"
    assert figures.figure(1_234_567) == "1,234,567"


def test_days_are_told_in_words():
    today = date(2026, 6, 15)

    assert figures.ago(date(2026, 6, 15), today) == "today"
    assert figures.ago(date(2026, 6, 14), today) == "1 day ago"
    assert figures.ago(None, today) == "never"
    assert figures.until(date(2026, 7, 15), today) == "in 30 days"
    assert figures.until(date(2026, 6, 13), today) == "2 days ago"


@pytest.mark.parametrize(("band", "word"), [("green", "Healthy"), ("red", "At risk")])
def test_health_is_told_by_shape_and_word_and_not_by_colour_alone(band, word):
    shown = figures.health(band, Decimal("42.4"))

    assert figures.SHAPES[band] in shown
    assert word in shown
    assert ">42<" in shown


def test_a_falling_score_points_down_and_more_churn_is_bad_news():
    assert "trend-bad" in figures.trend(Decimal(-15))
    assert figures.ARROWS["down"] in figures.trend(Decimal(-15))
    assert "trend-bad" in figures.trend(Decimal(2), good="down")
    assert figures.trend(None) == ""


def test_a_sparkline_starts_at_nought_and_breaks_at_gaps():
    picture = sparkline([0, 5, None, 10])

    assert picture.line.startswith(f"M2.0,{HEIGHT - 2:.1f}")
    assert picture.line.count("M") == 2
    assert picture.end == ("94.0", "2.0")


def test_a_sparkline_without_figures_says_so():
    assert sparkline([]).end is None
    assert "n/a" in figures.spark([])
    assert "n/a" in figures.spark([None, None])


def test_labels_cannot_smuggle_markup_into_a_picture():
    assert "<script" not in figures.spark([1, 2], '"><script>')


@pytest.mark.parametrize(
    ("code", "words"), [("2026-11", "November 2026"), ("", ""), ("never", "never")]
)
def test_a_period_is_named_as_people_name_it(code, words):
    assert period_words(code) == words


def test_a_figure_is_named_by_its_name_and_an_unknown_one_as_it_came():
    assert [metric_name("nrr"), metric_name("gone")] == ["NRR", "gone"]
