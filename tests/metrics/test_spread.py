"""Ranges that need every customer: what drawing customers again and again comes to."""

import random
from statistics import stdev

import pytest

from metrics.catalogue import BY_CODE, METRICS
from metrics.intervals import relative
from metrics.metric import Metric
from tests.metrics.test_revenue_figures import asked, book, march, pays

pytestmark = pytest.mark.django_db
PRICES = (40, 55, 60, 75, 90, 120, 180, 260, 300, 410, 95, 70, 66, 105, 88, 320)


def drawn_again(pairs: list[tuple[float, float]], times: int = 3000) -> float:
    """The slow twin: a bootstrap over customers with a fixed seed."""
    chance = random.Random(7)
    ratios = []
    for _ in range(times):
        chosen = chance.choices(pairs, k=len(pairs))
        ratios.append(sum(a for a, _b in chosen) / sum(b for _a, b in chosen))
    return stdev(ratios)


def test_arpa_ranges_as_a_bootstrap_over_customers_does():
    for price in PRICES:
        pays(("2025-01-01", price))
    book()
    metric, question = BY_CODE["arpa"], asked("2025-01")

    error = metric.rows(question).relative_error() * float(metric.answer(question).value)
    interval = metric.in_full(question).interval

    assert error == pytest.approx(drawn_again([(p, 1) for p in PRICES]), rel=0.06)
    assert 0 < interval.low < sum(PRICES) / len(PRICES) < interval.high


def test_losses_of_one_customer_belong_together():
    for price in PRICES:
        pays(("2025-01-01", price), ("2025-03-05", price - 20), ("2025-03-15", price - 30))
    pays(("2025-01-01", 400), ("2025-03-10", 0))
    book()
    metric, question = BY_CODE["gross_revenue_churn"], asked("2025-03")

    figure = metric.in_full(question)

    pairs = [(30.0, float(price)) for price in PRICES] + [(400.0, 400.0)]
    error = metric.rows(question).relative_error() * float(figure.value)
    assert error == pytest.approx(drawn_again(pairs), rel=0.15)
    assert figure.interval.low < float(figure.value) < figure.interval.high
    assert figure.flag == "low_confidence"


def test_without_two_different_customers_there_is_no_range():
    march(expansion=100, churn=50)

    for code in ("arpa", "gross_revenue_churn"):
        assert BY_CODE[code].in_full(asked("2024-12")).interval is None
    pays(("2026-01-01", 7))
    book()
    assert BY_CODE["new_customer_price"].in_full(asked("2026-01")).interval is None


def test_ranges_keep_to_what_can_be():
    assert relative(0.9, 0.5, "share").high == 1
    assert relative(0.9, 0.9, "around").low == 0
    assert relative(10, 2.0, "above zero").low > 0


@pytest.mark.parametrize("metric", [m for m in METRICS if m.spread], ids=lambda m: m.code)
def test_every_figure_with_such_a_range_is_answered_in_full(metric: Metric):
    march(new=90, expansion=60, contraction=80, churn=150)

    figure = metric.in_full(asked("2025-03"))

    assert (
        figure.value is None
        or figure.interval is None
        or (figure.interval.low <= float(figure.value) <= figure.interval.high)
    )
