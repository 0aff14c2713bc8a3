"""The fits reproduce published tables to the digits given."""

from itertools import pairwise

import numpy as np
import pytest

from metrics.value.bg_nbd import BgNbd, fit_bg_nbd
from metrics.value.gamma_gamma import GammaGamma, fit_gamma_gamma
from metrics.value.sbg import ShiftedBetaGeometric, fit_at_risk, likely_range
from tests.public_data import public_rows

# Percent of 1,000 customers who are left after each year, and what a fit on the first seven says.
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
FITS = {
    "sbg-001": (HIGH_END, 0.6680883729, 3.8060953817, -1611.1581473912, 2.8324332607,
        27.0144357621, (0.49, 0.91, 2.54, 5.70),
        [100.0, 85.0679272574, 74.6859423528, 66.9788997981, 60.9919150447, 56.1834295951,
         52.2215583635, 48.8906433468, 46.0439684929, 43.5779602477, 41.4172409726, 39.5055354423,
         37.7999082304]),
    "sbg-002": (REGULAR, 0.7040773019, 1.1820430307, -1680.2651884633, 1.486389783,
        4.6206923355, (0.59, 0.85, 0.92, 1.52),
        [100.0, 62.6706053821, 47.3819321243, 38.7973953433, 33.2067910241, 29.2347098384,
         26.2455817616, 23.9023613167, 22.0084965663, 20.4410785741, 19.1190190146, 17.9864991556,
         17.0037451948]),
}  # fmt: skip


@pytest.mark.parametrize("published", FITS.values(), ids=FITS)
def test_sbg_reproduces_fader_and_hardie(published):
    """sbg-001, sbg-002"""
    percents, alpha, beta, log_likelihood, holdout, constant, ranges, predicted = published
    left = [10 * percent for percent in percents]

    fit = fit_at_risk(left[:7], [a - b for a, b in pairwise(left[:8])])

    assert (fit.alpha, fit.beta) == pytest.approx((alpha, beta), abs=2e-5)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-4)
    assert [100 * s for s in fit.survivals(13)] == pytest.approx(predicted, abs=1e-3)
    missed = [abs(p / o - 1) for p, o in zip(predicted[8:], percents[8:], strict=True)]
    assert 100 * sum(missed) / 5 == pytest.approx(holdout, abs=1e-6)
    # One rate for all years, the rough model, would have missed the last year by far.
    rough = 1 - (left[0] - left[7]) / sum(left[:7])
    assert 100 * rough**12 == pytest.approx(constant, abs=1e-6)
    found = [likely_range(fit, read) for read in (lambda m: m.alpha, lambda m: m.beta)]
    assert [round(end, 2) for r in found for end in (r.low, r.high)] == list(ranges)


def test_sbg_closed_forms():
    """sbg-003"""
    model = ShiftedBetaGeometric(1, 3)

    assert [model.loss(t) for t in (1, 2, 3)] == pytest.approx([0.25, 0.15, 0.1])
    assert [model.retention(t) for t in (1, 2, 3)] == pytest.approx([0.75, 0.8, 5 / 6])
    assert [model.survival(t) for t in range(4)] == pytest.approx([1, 0.75, 0.6, 0.5])
    assert model.survivals(4) == pytest.approx([1, 0.75, 0.6, 0.5])


def test_sbg_residual_lifetime():
    """sbg-004"""
    model = ShiftedBetaGeometric(0.668, 3.806)

    assert model.residual_lifetime(0, 0.1) == pytest.approx(5.4148560484, abs=1e-6)
    assert model.residual_lifetime(7, 0.1) == pytest.approx(7.5299495309, abs=1e-6)
    assert model.lifetime_from_start(0.1) == pytest.approx(5.9225964076, abs=1e-6)


def test_bg_nbd_reproduces_cdnow():
    """bgnbd-001"""
    rows = public_rows("cdnow_customers_summary.csv")
    x, t_x, t = (
        np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T")
    )

    fit = fit_bg_nbd(x, t_x, t)

    expected = (0.2425929054, 4.4135317333, 0.7928859878, 2.425752931)
    assert len(rows) == 2357
    assert (fit.r, fit.alpha, fit.a, fit.b) == pytest.approx(expected, abs=2e-4)
    assert fit.log_likelihood == pytest.approx(-9582.4255605674, abs=1e-4)


@pytest.mark.parametrize(
    ("parameters", "alive", "ahead", "from_birth"),
    [
        ((0.243, 4.414, 0.793, 2.426), 0.7265785701, 1.2260281748,
         [0.0532678912, 0.1508652309, 1.0452433284, 1.8605190579]),
        ((0.2425929054, 4.4135317333, 0.7928859878, 2.425752931), 0.7266091629, 1.225910485,
         [0.0531847384, 0.1506319238, 1.0437372147, 1.8579718052]),
    ],
    ids=["rounded", "fitted"],
)  # fmt: skip
def test_bg_nbd_predicts_as_its_authors_do(parameters, alive, ahead, from_birth):
    """bgnbd-002"""
    model = BgNbd(*parameters)
    one = (np.array([2.0]), np.array([30.43]), np.array([38.86]))

    births = [model.expected_from_birth(t) for t in (1, 3, 32, 78)]

    assert model.probability_alive(*one)[0] == pytest.approx(alive, abs=1e-8)
    assert model.expected_purchases(*one, 39)[0] == pytest.approx(ahead, abs=1e-8)
    assert births == pytest.approx(from_birth, abs=1e-8)


def test_who_bought_once_is_alive_by_construction():
    model = BgNbd(0.243, 4.414, 0.793, 2.426)

    alive = model.probability_alive(np.array([0.0]), np.array([0.0]), np.array([50.0]))

    assert alive[0] == 1


def test_gamma_gamma_reproduces_cdnow():
    """gg-001"""
    rows = public_rows("cdnow_customers_summary_with_transactions.csv")
    repeats = np.array([float(row["x"]) for row in rows])
    means = np.array([float(row["zbar"]) for row in rows])

    fit = fit_gamma_gamma(repeats, means)

    assert int((repeats > 0).sum()) == 946
    assert (fit.p, fit.q, fit.gamma) == pytest.approx((6.2488, 3.7446, 15.4477), abs=0.02)
    assert fit.log_likelihood == pytest.approx(-4055.9232435029, abs=1e-3)


def test_gamma_gamma_leans_on_the_crowd():
    """gg-002"""
    model = GammaGamma(6.25, 3.74, 15.44)

    spends = model.expected_spends(np.array([0.0, 2, 10]), np.array([0.0, 22.35, 22.35]))

    assert list(spends) == pytest.approx([35.2189781022, 24.6637139108, 22.8904812998], abs=1e-9)
