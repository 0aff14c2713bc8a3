"""The fits reproduce published tables to the digits given."""

import numpy as np
import pytest

from metrics.value.bg_nbd import BgNbd, fit_bg_nbd
from metrics.value.gamma_gamma import GammaGamma, fit_gamma_gamma
from metrics.value.sbg import ShiftedBetaGeometric, constant_churn, fit_sbg
from tests.public_data import public_rows

TABLE = {
    "high_end": (0.6680883729, 3.8060953817, -1611.1581473912, 37.7999082304, 27.0144357621),
    "regular": (0.7040773019, 1.1820430307, -1680.2651884633, 17.0037451948, 4.6206923355),
}


@pytest.mark.parametrize("segment", TABLE)
def test_sbg_reproduces_fader_and_hardie(segment):
    rows = public_rows("fader_hardie_2007_retention.csv")
    column = next(name for name in rows[0] if segment.split("_")[0] in name.lower())
    survivors = [float(row[column]) * 10 for row in rows]
    alpha, beta, log_likelihood, year_12, constant_year_12 = TABLE[segment]

    fit = fit_sbg(survivors[:8])

    assert (fit.alpha, fit.beta) == pytest.approx((alpha, beta), abs=2e-5)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-4)
    assert fit.survival(12) * 100 == pytest.approx(year_12, abs=1e-3)
    rough = (1 - constant_churn(survivors[:8])) ** 12 * 100
    assert rough == pytest.approx(constant_year_12, abs=1e-6)


def test_sbg_closed_forms():
    model = ShiftedBetaGeometric(1, 3)

    assert [model.loss(t) for t in (1, 2, 3)] == pytest.approx([0.25, 0.15, 0.1])
    assert [model.retention(t) for t in (1, 2, 3)] == pytest.approx([0.75, 0.8, 5 / 6])
    assert [model.survival(t) for t in range(4)] == pytest.approx([1, 0.75, 0.6, 0.5])


def test_sbg_residual_lifetime():
    model = ShiftedBetaGeometric(0.668, 3.806)

    assert model.residual_lifetime(0, 0.1) == pytest.approx(5.4148560484, abs=1e-6)
    assert model.residual_lifetime(7, 0.1) == pytest.approx(7.5299495309, abs=1e-6)
    assert model.lifetime_from_start(0.1) == pytest.approx(5.9225964076, abs=1e-6)


def test_bg_nbd_reproduces_cdnow():
    rows = public_rows("cdnow_customers_summary.csv")
    x, t_x, t = (
        np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T")
    )

    fit = fit_bg_nbd(x, t_x, t)

    expected = (0.2425929054, 4.4135317333, 0.7928859878, 2.425752931)
    assert (fit.r, fit.alpha, fit.a, fit.b) == pytest.approx(expected, abs=2e-4)
    assert fit.log_likelihood == pytest.approx(-9582.4255605674, abs=1e-4)


def test_bg_nbd_predicts_as_its_authors_do():
    model = BgNbd(0.2425929054, 4.4135317333, 0.7928859878, 2.425752931)
    one = (np.array([2.0]), np.array([30.43]), np.array([38.86]))

    births = [model.expected_from_birth(t) for t in (1, 3, 32, 78)]

    assert model.probability_alive(*one)[0] == pytest.approx(0.7266091629, abs=1e-8)
    assert model.expected_purchases(*one, 39)[0] == pytest.approx(1.225910485, abs=1e-8)
    assert births == pytest.approx(
        [0.0531847384, 0.1506319238, 1.0437372147, 1.8579718052], abs=1e-8
    )


def test_who_bought_once_is_alive_by_construction():
    model = BgNbd(0.243, 4.414, 0.793, 2.426)

    alive = model.probability_alive(np.array([0.0]), np.array([0.0]), np.array([50.0]))

    assert alive[0] == 1


def test_gamma_gamma_reproduces_cdnow():
    rows = public_rows("cdnow_customers_summary_with_transactions.csv")
    repeats = np.array([float(row["x"]) for row in rows])
    means = np.array([float(row["zbar"]) for row in rows])

    fit = fit_gamma_gamma(repeats, means)

    assert (fit.p, fit.q, fit.gamma) == pytest.approx((6.2488, 3.7446, 15.4477), abs=0.02)
    assert fit.log_likelihood == pytest.approx(-4055.9232435029, abs=1e-3)


def test_gamma_gamma_leans_on_the_crowd():
    model = GammaGamma(6.25, 3.74, 15.44)

    spends = [model.expected_spend(*case) for case in ((0, None), (2, 22.35), (10, 22.35))]

    assert spends == pytest.approx([35.2189781022, 24.6637139108, 22.8904812998], abs=1e-9)
