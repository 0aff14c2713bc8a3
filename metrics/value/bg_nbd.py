"""BG/NBD: buyers who may vanish without a word (Fader, Hardie and Lee 2005, LTV-5).

While alive a customer buys at a rate drawn from a gamma distribution (r, α); after each purchase
it may drop out with a probability drawn from a beta distribution (a, b). Per customer it takes
x repeat purchases (not orders), the time of the last one and the time watched. Parameters are
kept in full precision: three decimals move a far forecast. Who bought once only is alive by
construction. Only workers import this module: it needs scipy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BgNbd:
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def probability_alive(self, repeats: Floats, last: Floats, watched: Floats) -> Floats:
        """0 to 1 for each customer; exactly 1 without a repeat purchase."""
        x = np.maximum(repeats, 1)
        odds = (
            self.a
            / (self.b + x - 1)
            * ((self.alpha + watched) / (self.alpha + last)) ** (self.r + x)
        )
        return np.where(repeats > 0, 1 / (1 + odds), 1.0)

    def expected_purchases(
        self, repeats: Floats, last: Floats, watched: Floats, horizon: float
    ) -> Floats:
        """Purchases to come within `horizon`, given what was seen of each customer."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x = repeats
        z = horizon / (alpha + watched + horizon)
        seen = ((alpha + watched) / (alpha + watched + horizon)) ** (r + x)
        series = hyp2f1(r + x, b + x, a + b + x - 1, z)
        expected = (a + b + x - 1) / (a - 1) * (1 - seen * series)
        odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + watched) / (alpha + last)) ** (r + x)
        return expected / (1 + np.where(x > 0, odds, 0.0))

    def expected_from_birth(self, time: float) -> float:
        """Purchases a new customer makes until `time`."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        series = hyp2f1(r, b, a + b - 1, time / (alpha + time))
        return float((a + b - 1) / (a - 1) * (1 - (alpha / (alpha + time)) ** r * series))


def fit_bg_nbd(repeats: Floats, last: Floats, watched: Floats) -> BgNbd:
    """The likeliest parameters; arrays of one entry for each customer, times in one unit."""
    rows, weights = np.unique(np.column_stack([repeats, last, watched]), axis=0, return_counts=True)
    x, t_x, t = rows.T

    def minus_log_likelihood(logs: Floats) -> float:
        return -float(weights @ _log_likelihood(np.exp(logs), x, t_x, t))

    best = min(
        (
            minimize(
                minus_log_likelihood, start, method="Nelder-Mead",
                options={"xatol": 1e-8, "fatol": 1e-8, "maxiter": 8000},
            )
            for start in (np.zeros(4), np.array([-1.0, 1.0, -0.5, 0.5]))
        ),
        key=lambda found: found.fun,
    )  # fmt: skip
    r, alpha, a, b = np.exp(best.x)
    return BgNbd(float(r), float(alpha), float(a), float(b), -float(best.fun))


def _log_likelihood(parameters: Floats, x: Floats, t_x: Floats, t: Floats) -> Floats:
    r, alpha, a, b = parameters
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    common = common + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + t)
    gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return common + np.where(x > 0, np.logaddexp(alive, gone), alive)
