"""What was set when a figure was counted, as far as it bears on that figure (GEN-6).

Each figure names the settings of this installation, the assumptions of its day, and the least and
the longest of its rule. A closed month was counted with what was set when it was closed.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.assumptions import Name, assumptions_on
from metrics.engaging import WINDOW
from metrics.intervals import FEWEST_FOR_A_PERCENTAGE, WIDEST_NPS, WIDEST_SHARE
from metrics.metric import Metric
from metrics.models import Assumption, ClosedMonth
from metrics.once import asked_once
from metrics.question import Question
from metrics.retention.survival import FEWEST_AT_RISK
from metrics.retention.terms import GRACE_DAYS
from metrics.revenue.two_clocks import TooMuchToRecallError, as_known
from metrics.rolling_up import IDLE_MINUTES
from metrics.value.pooled_churn import MONTHS
from metrics.value.sbg import FEWEST_CUSTOMERS, FEWEST_STEPS

Value = str | int | float | bool | Decimal

# What customers pay, and who pays, is counted with these.
OF_CONTRACTS: dict[str, Callable[[], Value]] = {
    "currency": lambda: settings.REPORTING_CURRENCY,
    "past_due_limit_days": lambda: settings.PAST_DUE_LIMIT_DAYS,
    "paused_subscriptions_count": lambda: settings.PAUSED_SUBSCRIPTIONS_COUNT,
    "merge_gap_days": lambda: settings.MERGE_GAP_DAYS,
}
OF_DAYS: dict[str, Callable[[], Value]] = {
    "time_zone": lambda: settings.REPORTING_TIME_ZONE,
    "fiscal_year_starts_in_month": lambda: settings.FISCAL_YEAR_STARTS_IN_MONTH,
}
# Of costs and surveys those that look at who pays; all of revenue and value does, but what buyers
# are expected to buy.
WITH_CONTRACTS = {
    "answer_coverage", "answer_coverage_mrr", "crc_per_customer", "crc_per_average_customer",
    "crc_share_of_arr", "cac", "payback", "cost_to_serve_per_customer",
}  # fmt: skip
OF_BUYERS = {"ltv_purchases"}
WITH_SEATS = {"active_share", "adoption", "adoption_breadth"}
# Rules with a number in them that is not in their name.
AT_RISK: dict[str, Value] = {"fewest_at_risk": FEWEST_AT_RISK}
MODELLED: dict[str, Value] = {"fewest_months": FEWEST_STEPS, "fewest_customers": FEWEST_CUSTOMERS}
RENEWED: dict[str, Value] = {"renewal_grace_days": GRACE_DAYS}
POOLED: dict[str, Value] = {"months_pooled": MONTHS}
FIXED: dict[str, dict[str, Value]] = {
    "survival_12": AT_RISK,
    "survival_24": AT_RISK,
    "modelled_survival_60": MODELLED,
    "renewal_rate": RENEWED,
    "renewal_rate_gross": RENEWED,
    "renewal_rate_net": RENEWED,
    "pooled_churn": POOLED,
    "ltv_simple": AT_RISK | POOLED,
    "ltv_subscription": POOLED,
    "ltv_discounted": POOLED,
    "ltv_modelled": MODELLED,
    "ltv_to_cac": POOLED,
    "time_on_site": {"idle_minutes": IDLE_MINUTES},
}
TAKEN_FOR_GRANTED: dict[str, tuple[Name, ...]] = {
    "cac": (Name.ACQUISITION_LAG,),
    "payback": (Name.GROSS_MARGIN, Name.ACQUISITION_LAG),
    "ltv_simple": (Name.GROSS_MARGIN, Name.HORIZON_MONTHS),
    "ltv_subscription": (Name.GROSS_MARGIN, Name.HORIZON_MONTHS),
    "ltv_discounted": (Name.GROSS_MARGIN, Name.DISCOUNT_RATE, Name.HORIZON_MONTHS),
    "ltv_modelled": (Name.GROSS_MARGIN, Name.DISCOUNT_RATE, Name.HORIZON_MONTHS),
    "ltv_purchases": (Name.GROSS_MARGIN,),
    "ltv_to_cac": (Name.GROSS_MARGIN, Name.ACQUISITION_LAG),
}
WORDS: dict[str, Promise] = {
    "time_zone": _("Time zone"),
    "fiscal_year_starts_in_month": _("First month of the fiscal year"),
    "currency": _("Reporting currency"),
    "past_due_limit_days": _("Lost when past due for more than (days)"),
    "paused_subscriptions_count": _("Paused contracts go on counting"),
    "merge_gap_days": _("Gaps between contracts that count as none (days)"),
    "fewest_for_a_share": _("Fewest cases a share is shown of"),
    "widest_range": _("A share is marked when its range is wider than"),
    "widest_range_in_points": _("NPS is marked when its range is wider than (points)"),
    "fewest_at_risk": _("Fewest customers watched so long"),
    "fewest_months": _("Fewest months a model is fitted to"),
    "fewest_customers": _("Fewest customers a model is fitted to"),
    "renewal_grace_days": _("Late renewals count for (days)"),
    "months_pooled": _("Months the churn is pooled over"),
    "window_days": _("Days of use looked back on"),
    "idle_minutes": _("A session ends after minutes without an event"),
    **{str(name): label for name, label in Assumption.Name.choices},
}


def settings_used(metric: Metric, question: Question) -> dict[str, Value]:
    """What was set for a figure, by name, in the order of `WORDS`. Shares are 0 to 1."""
    found = {name: read() for name, read in OF_DAYS.items()}
    if question.period.kind not in {"quarter", "year"}:
        del found["fiscal_year_starts_in_month"]
    if looks_at_contracts(metric):
        found |= {name: read() for name, read in OF_CONTRACTS.items()}
    elif metric.chapter in {"cost", "value"}:
        found["currency"] = settings.REPORTING_CURRENCY
    found |= _of_few(metric) | FIXED.get(metric.code, {})
    if metric.chapter == "engagement":
        found["window_days"] = WINDOW
    if metric.code in WITH_SEATS:
        found["paused_subscriptions_count"] = settings.PAUSED_SUBSCRIPTIONS_COUNT
    reported = _when_closed(metric, question)
    found |= {name: value for name, value in reported.items() if name in found}
    if names := TAKEN_FOR_GRANTED.get(metric.code):
        granted = _granted(question.about(segment=None, csm=None, touch=None, plan=None))
        found |= {name.value: granted[name] for name in names if name in granted}
    return {name: found[name] for name in WORDS if name in found}


def looks_at_contracts(metric: Metric) -> bool:
    if metric.chapter in {"revenue", "value"}:
        return metric.code not in OF_BUYERS
    return metric.code in WITH_CONTRACTS


def all_used(asked: Iterable[tuple[Metric, Question]]) -> dict[Promise, Value | Promise]:
    """What several figures rest on together, in words."""
    found: dict[str, Value] = {}
    for metric, question in asked:
        found |= settings_used(metric, question)
    yes_or_no = {True: _("Yes"), False: _("No")}
    return {
        words: yes_or_no[value] if isinstance(value := found[name], bool) else value
        for name, words in WORDS.items()
        if name in found
    }


def _of_few(metric: Metric) -> dict[str, Value]:
    """From how many on it is shown, and when its range is too wide to be sure (GEN-7)."""
    if metric.unit == "points":
        return {"fewest_for_a_share": FEWEST_FOR_A_PERCENTAGE, "widest_range_in_points": WIDEST_NPS}
    if metric.unit == "share":
        return {"fewest_for_a_share": FEWEST_FOR_A_PERCENTAGE, "widest_range": WIDEST_SHARE}
    return {}


def _when_closed(metric: Metric, question: Question) -> dict[str, Any]:
    if not question.is_reported or metric.chapter != "revenue":
        return {}
    months = ClosedMonth.objects.filter(month=question.start)
    return months.values_list("settings_used", flat=True).first() or {}


@asked_once
def _granted(question: Question) -> dict[str, Decimal]:
    """The assumptions of the day as known then; none where that takes too long to work out."""
    try:
        with as_known(question.about(view="", by_parent=False), costs=True):
            return assumptions_on(question.day)
    except TooMuchToRecallError:
        return {}
