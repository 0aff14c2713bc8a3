"""Shifted beta-geometric: contracts renewed at fixed steps (Fader and Hardie 2007, LTV-4).

Each customer renews with a probability of its own, drawn from a beta distribution, so that the
retention of a cohort rises with age though nobody changes:
`P(1) = α/(α+β)`, `P(t) = P(t-1)·(β+t-2)/(α+β+t-1)`, `r(t) = (β+t-1)/(α+β+t-1)`.
Fitted by maximum likelihood over the losses of each step and the survivors at the end. To be
used with five steps and a hundred customers or more; at α ≤ 1 the mean lifetime is infinite, so
values are always discounted or capped. Only workers import this module: it needs scipy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, hyp2f1

FEWEST_STEPS = 5
FEWEST_CUSTOMERS = 100


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    alpha: float
    beta: float
    log_likelihood: float = float("nan")

    def loss(self, step: int) -> float:
        """P(step): the share of the first cohort lost at that renewal, 1 is the first."""
        return self.survival(step - 1) - self.survival(step)

    def retention(self, step: int) -> float:
        return (self.beta + step - 1) / (self.alpha + self.beta + step - 1)

    def survival(self, step: int) -> float:
        """S(step): the share still there after that many renewals, S(0) = 1."""
        return float(np.exp(betaln(self.alpha, self.beta + step) - betaln(self.alpha, self.beta)))

    def residual_lifetime(self, renewals_made: int, discount: float) -> float:
        """Discounted expected renewals to come, seen just before the next one (DERL)."""
        n = renewals_made + 1
        a, b = self.alpha, self.beta
        return float(
            (b + n - 1) / (a + b + n - 1) * hyp2f1(1, b + n, a + b + n, 1 / (1 + discount))
        )

    def lifetime_from_start(self, discount: float) -> float:
        """Discounted expected payments of a new customer, the first one now."""
        a, b = self.alpha, self.beta
        return float(hyp2f1(1, b, a + b, 1 / (1 + discount)))


def fit_sbg(survivors: Sequence[float]) -> ShiftedBetaGeometric:
    """The likeliest α and β for the customers left after 0, 1, 2 … renewals."""
    left = np.asarray(survivors, dtype=float)
    lost, last = left[:-1] - left[1:], left[-1]
    steps = np.arange(1, len(left))

    def minus_log_likelihood(logs: np.ndarray) -> float:
        alpha, beta = np.exp(logs)
        base = betaln(alpha, beta)
        log_loss = betaln(alpha + 1, beta + steps - 1) - base
        log_left = betaln(alpha, beta + steps[-1]) - base
        return -float(lost @ log_loss + last * log_left)

    found = minimize(
        minus_log_likelihood, np.zeros(2), method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-10, "maxiter": 4000},
    )  # fmt: skip
    alpha, beta = np.exp(found.x)
    return ShiftedBetaGeometric(float(alpha), float(beta), -float(found.fun))


def constant_churn(survivors: Sequence[float]) -> float:
    """One rate for all steps, the rough model to compare with: losses / customer-steps."""
    return (survivors[0] - survivors[-1]) / sum(survivors[:-1])
