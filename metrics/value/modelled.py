"""Lifetime value along the survival that a shifted beta-geometric model expects (LTV-4, LTV-3).

Σ margin · S(t) / (1 + d)^t over the months of the horizon, the first payment now. Because the
retention of a cohort rises with age, one rate for all ages says too little of who has stayed: what
is still to come of a customer who stayed a year stands beside it (DERL), without a horizon.
"""

from django.utils.translation import gettext_lazy as _

from metrics.figure import Figure
from metrics.metric import Metric
from metrics.question import Question
from metrics.retention.fitted import fitted_to
from metrics.retention.survival import BY_TRAIT, survival_curve
from metrics.value.margin import horizon_of, margin_per_customer, monthly_discount
from metrics.value.sbg import ShiftedBetaGeometric, likely_range
from metrics.value.subscription import discounted_along

A_YEAR = 12


def modelled_figure(question: Question) -> Figure:
    margin = margin_per_customer(question)
    if margin is None:
        return Figure.undefined("no_data")
    fitted = fitted_to(survival_curve(question))
    if fitted.model is None:
        return Figure.undefined(fitted.reason, n=fitted.customers)
    months, discount = horizon_of(question), monthly_discount(question)

    def worth(model: ShiftedBetaGeometric) -> float:
        return discounted_along(float(margin), model.survivals(months), discount)

    model = fitted.model
    residual = model.residual_lifetime(A_YEAR, discount) if discount else None
    from_start = model.lifetime_from_start(discount) if discount else None
    return Figure(
        worth(model), n=fitted.customers, interval=likely_range(model, worth), flag="estimate",
        parts={
            "alpha": model.alpha, "beta": model.beta, "log_likelihood": model.log_likelihood,
            "lifetime_months": sum(model.survivals(months)),
            "value_without_horizon": from_start and float(margin) * from_start,
            "value_after_a_year": residual and float(margin) * residual,
        },
    )  # fmt: skip


LTV_MODELLED = Metric(
    code="ltv_modelled",
    rule="LTV-4",
    chapter="value",
    name=_("Lifetime value by modelled retention"),
    unit="money",
    definition=_(
        "The margin of the average paying customer month by month within the horizon, each month "
        "by the share that a shifted beta-geometric model expects to be there and by what later "
        "money is worth today. Needs five months and 100 customers."
    ),
    formula=_("Σ ARPA × gross margin × modelled survival / (1 + discount)^t"),
    compute=modelled_figure,
    page="metrics:value_and_cost",
    groupings=BY_TRAIT,
)
