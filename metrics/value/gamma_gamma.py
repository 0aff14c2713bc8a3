"""Gamma-Gamma: what a customer spends per order, shrunk towards all others (LTV-5).

Orders of a customer scatter around a mean of its own, and those means are spread over customers;
few orders say little, so the estimate leans on the crowd. It assumes that who buys often does
not spend differently per order: `correlation` says how far that is true. Only workers import
this module: it needs scipy.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from metrics.value.bg_nbd import Floats


@dataclass(frozen=True)
class GammaGamma:
    p: float
    q: float
    gamma: float
    log_likelihood: float = float("nan")

    def expected_spends(self, repeats: Floats, means: Floats) -> Floats:
        """Expected mean value of an order of each; without a history that of the whole crowd."""
        crowd = self.p * self.gamma / (self.q - 1)
        own = self.p * (self.gamma + repeats * means) / (self.p * repeats + self.q - 1)
        return np.where(repeats > 0, own, crowd)


def fit_gamma_gamma(repeats: Floats, means: Floats) -> GammaGamma:
    """The likeliest parameters from customers with repeat orders and a positive mean."""
    keep = (repeats > 0) & (means > 0)
    x, z = repeats[keep], means[keep]

    def minus_log_likelihood(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        likelihood = (
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
            + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(x * z + v)
        )  # fmt: skip
        return -float(likelihood.sum())

    found = minimize(
        minus_log_likelihood, np.array([1.0, 1.0, 2.0]), method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 20_000, "maxfev": 20_000},
    )  # fmt: skip
    p, q, gamma = np.exp(found.x)
    return GammaGamma(float(p), float(q), float(gamma), -float(found.fun))


def correlation(repeats: Floats, means: Floats) -> float | None:
    """Pearson's r of frequency and value among repeat buyers.

    None below three of them, or where all buy alike.
    """
    keep = repeats > 0
    if int(keep.sum()) < 3 or not np.ptp(repeats[keep]) or not np.ptp(means[keep]):
        return None
    return float(np.corrcoef(repeats[keep], means[keep])[0, 1])
