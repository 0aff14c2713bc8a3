"""Other readings of the rows of a figure: what its `parts` are called, and their units.

A part is shown where its figure is opened, in reports and in the API. Those people want to see at
once (a mean, a median, what lies within the horizon) stand on the tile as well, unless they are
dear to work out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.figure import Figure, Later, Number

Unit = Literal["share", "money", "count", "points", "ratio", "months", "minutes", "score"]


@dataclass(frozen=True)
class Part:
    """`unit` None is that of the figure."""

    name: Promise
    unit: Unit | None = None


PARTS: dict[str, Part] = {
    "mean": Part(_("Mean"), "score"),
    "deviation": Part(_("Standard deviation"), "score"),
    "answers_for_5_points": Part(_("Answers needed for ±5 points"), "count"),
    "answers_for_10_points": Part(_("Answers needed for ±10 points"), "count"),
    "promoters": Part(_("Promoters"), "count"),
    "passives": Part(_("Passives"), "count"),
    "detractors": Part(_("Detractors"), "count"),
    "standard_error": Part(_("Standard error, points"), "score"),
    "clustered_error": Part(_("Standard error by customer, points"), "score"),
    "answers_to_see_10_points": Part(_("Answers a period needs to show 10 points"), "count"),
    "superseded": Part(_("Answers that a later one replaces"), "count"),
    "rejected": Part(_("Answers outside the scale"), "count"),
    "scheduled_losses": Part(_("Scheduled losses")),
    "signed": Part(_("Signed, not begun")),
    "largest_share": Part(_("Share of the largest customer in all change"), "share"),
    "nrr_without_scheduled_rises": Part(_("NRR without rises agreed before"), "share"),
    "net_view": Part(_("Losses from start to end only (1 − GRR)"), "share"),
    "without_reactivation": Part(_("Without reactivation"), "ratio"),
    "median": Part(_("Median")),
    "early": Part(_("Came and left within the period"), "count"),
    "paused": Part(_("Of which paused"), "count"),
    "renewal_rate.early": Part(_("Renewed early"), "count"),
    "late": Part(_("Renewed late"), "count"),
    "open": Part(_("Not renewed yet"), "count"),
    "at_risk": Part(_("Customers watched so long"), "count"),
    "horizon": Part(_("Watched for at most"), "months"),
    "alpha": Part(_("Alpha of the model"), "score"),
    "beta": Part(_("Beta of the model"), "score"),
    "log_likelihood": Part(_("Log-likelihood of the model"), "score"),
    "within_horizon": Part(_("Within the horizon")),
    "at_least": Part(_("At least")),
    "lifetime_months": Part(_("Lifetime"), "months"),
    "lifetime_years": Part(_("Lifetime in years"), "score"),
    "average_purchase": Part(_("Average purchase")),
    "purchases_a_year": Part(_("Purchases a year"), "score"),
    "value_in_revenue": Part(_("In revenue")),
    "value_at_measured_lifetime": Part(_("With the lifetime of the survival curve")),
    "value_at_pooled_churn": Part(_("With the lifetime at the pooled churn")),
    "value_without_horizon": Part(_("Without a horizon")),
    "value_after_a_year": Part(_("Still to come after a year")),
    "minutes_without_cost": Part(_("Minutes without a cost"), "count"),
    "still_there_at_payback": Part(_("Customers still there at payback"), "share"),
    "frequency_and_value": Part(_("Correlation of frequency and value"), "score"),
    "mean_daily": Part(_("People on a mean day"), "count"),
    "weekly_of_monthly": Part(_("Weekly of monthly people"), "share"),
    "on_weekdays": Part(_("On weekdays"), "share"),
}
# What belongs beside the value itself.
BESIDE = ("mean", "median", "within_horizon", "minutes_without_cost")


def part_of(code: str, name: str) -> Part:
    """What a part of a metric is called; some names mean another thing for one metric."""
    return PARTS.get(f"{code}.{name}") or PARTS[name]


def parts_of(code: str, figure: Figure) -> Iterator[tuple[str, Part, Number | float | None]]:
    for name, value in figure.parts.items():
        yield name, part_of(code, name), value


def at_hand(figure: Figure) -> bool:
    """Its parts cost nothing more."""
    return not isinstance(figure.parts, Later)


def in_currency(
    code: str, parts: Mapping[str, Number | float | None], factor: Decimal
) -> dict[str, Number | float | None]:
    """Parts of a figure in money: those that are money themselves, times the factor."""
    return {
        name: Decimal(value) * factor
        if value is not None and part_of(code, name).unit is None
        else value
        for name, value in parts.items()
    }
