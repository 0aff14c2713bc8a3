"""What a model expects of customers: shifted beta-geometric retention by month (LTV-4).

Fitted to who was at risk and who was lost in each month of life, the same counts as Kaplan-Meier
(metrics/retention/survival.py), so that customers who came into sight late count from then on. It
needs five months and a hundred customers. Where the curve has a step (contracts of a year) the
survival curve itself is the better guide.
"""

from dataclasses import dataclass
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.figure import REASONS, Figure
from metrics.grouping import groups_of
from metrics.intervals import Interval
from metrics.metric import Metric
from metrics.question import Question
from metrics.retention.survival import BY_TRAIT, survival_curve
from metrics.value.sbg import (
    FEWEST_CUSTOMERS,
    FEWEST_STEPS,
    ShiftedBetaGeometric,
    fit_at_risk,
    likely_range,
)
from metrics.value.survival import Curve


@dataclass(frozen=True)
class Fitted:
    """A model and the curve it was fitted to; without a model it says why."""

    curve: Curve | None
    model: ShiftedBetaGeometric | None
    reason: str = ""

    @property
    def customers(self) -> int:
        return self.curve.customers if self.curve else 0

    @property
    def reason_in_words(self) -> Promise | str:
        return REASONS[self.reason] if self.reason else ""

    def at(self, month: int) -> tuple[float | None, float | None]:
        """What the model expects after so many months, and what was observed."""
        if self.curve is None:
            return None, None
        seen = self.curve.at(month) if month <= self.curve.longest else None
        return self.model.survival(month) if self.model else None, seen


def fitted_to(curve: Curve | None) -> Fitted:
    """The model of a curve, where there is enough to fit one to."""
    if curve is None:
        return Fitted(None, None, "no_data")
    months = int(curve.longest)
    if months < FEWEST_STEPS or curve.customers < FEWEST_CUSTOMERS:
        return Fitted(curve, None, "too_few")
    if not curve.steps:
        return Fitted(curve, None, "zero_churn")
    losses = {step.month: step.lost for step in curve.steps}
    at_risk = [curve.at_risk(month) for month in range(1, months + 1)]
    lost = [losses.get(month, 0) for month in range(1, months + 1)]
    return Fitted(curve, fit_at_risk(at_risk, lost))


def fitted_by_segment(question: Question) -> list[tuple[str, Fitted]]:
    """Each segment with a model of its own (LTV-4), in the order of their names."""
    return [
        (str(name), fitted_to(survival_curve(about)))
        for _key, name, about in groups_of(question, "segment")
    ]


def expected_survival(question: Question, months: int) -> Figure:
    """The modelled share of new customers who are still there after so many months."""
    fitted = fitted_to(survival_curve(question))
    if fitted.model is None:
        return Figure.undefined(fitted.reason, n=fitted.customers)
    found = likely_range(fitted.model, lambda model: model.survival(months))
    return Figure(
        fitted.model.survival(months),
        n=fitted.customers,
        interval=found and Interval(found.low, min(1.0, found.high)),
        flag="estimate",
        parts={
            "alpha": fitted.model.alpha,
            "beta": fitted.model.beta,
            "log_likelihood": fitted.model.log_likelihood,
        },
    )


MODELLED_RETENTION = Metric(
    code="modelled_survival_60",
    rule="LTV-4",
    chapter="revenue",
    name=_("Modelled survival to 60 months"),
    unit="share",
    definition=_(
        "The share of new customers a shifted beta-geometric model expects to stay for sixty "
        "months, fitted to the losses of each month of life. Needs five months and 100 customers."
    ),
    formula=_("product over the months t of (beta + t - 1) / (alpha + beta + t - 1)"),
    compute=partial(expected_survival, months=60),
    page="metrics:retention",
    groupings=BY_TRAIT,
)
