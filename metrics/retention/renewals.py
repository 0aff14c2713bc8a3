"""Renewal rates: of the contracts whose term ended in a period, how many went on (REV-10).

Renewed early counts in the period of its end; late within thirty days counts and is noted. Gross
caps each contract at what it was worth, net does not. Whoever may still come late is noted as open
and counts as not renewed until then. For yearly contracts this is the honest churn figure.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.rates import Rate
from metrics.figure import Figure
from metrics.intervals import wilson
from metrics.members import narrowing_few
from metrics.metric import Metric
from metrics.question import Question
from metrics.retention.reading import terms
from metrics.retention.terms import GRACE_DAYS
from metrics.revenue.value import value_parameters
from metrics.rows import Rows

Measure = Literal["logo", "gross", "net"]

# The contracts due in a period, as they stand on the day of asking.
DUE = """
    SELECT t.customer_id, t.subscription_id, t.last_day, t.expiring, t.is_early,
        CASE WHEN t.renewed_on <= %(as_of)s THEN t.renewed ELSE 0 END AS renewed,
        coalesce(t.renewed_on <= %(as_of)s, false) AS is_renewed,
        coalesce(t.renewed_on > t.last_day + 1 AND t.renewed_on <= %(as_of)s, false) AS is_late,
        NOT coalesce(t.renewed_on <= %(as_of)s, false)
            AND t.last_day + 1 + %(grace)s > %(as_of)s::date AS is_open
    FROM {terms} t WHERE t.last_day >= %(start)s AND t.last_day < %(end)s {narrowed}
"""
SUMS = """
    SELECT count(*), count(*) FILTER (WHERE is_renewed), coalesce(sum(expiring), 0),
        coalesce(sum(least(renewed, expiring)), 0), coalesce(sum(renewed), 0),
        count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE is_early AND is_renewed),
        count(*) FILTER (WHERE is_open)
    FROM ({due}) due
"""
CONTRACTS = """
    SELECT d.subscription_id AS key, d.customer_id, s.external_id AS label,
        {kept} AS numerator, {whole} AS denominator,
        CASE WHEN d.is_open THEN 'open' WHEN NOT d.is_renewed THEN 'not_renewed'
            WHEN d.is_late THEN 'late' WHEN d.is_early THEN 'early' ELSE 'renewed' END AS note
    FROM ({due}) d JOIN customers_subscription s ON s.id = d.subscription_id
"""
KEPT = {
    "logo": ("d.is_renewed::int", "1"),
    "gross": ("least(d.renewed, d.expiring)", "d.expiring"),
    "net": ("d.renewed", "d.expiring"),
}


@dataclass(frozen=True)
class Renewals:
    """Contracts due in a period; amounts are annual."""

    due: int
    renewed: int
    expiring: Decimal
    gross: Decimal
    net: Decimal
    late: int
    early: int
    open: int


def due_sql(question: Question) -> tuple[str, dict[str, Any]]:
    narrowed, values = narrowing_few(question, question.start - timedelta(days=1), "t.customer_id")
    as_of: date = question.known_on or question.today
    period = {"start": question.start, "end": question.end, "as_of": as_of, "grace": GRACE_DAYS}
    return DUE.format(terms=terms(), narrowed=narrowed), values | period | value_parameters()


def renewals(question: Question) -> Renewals:
    due, values = due_sql(question)
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(due=due), values)
        return Renewals(*cursor.fetchone())


@dataclass(frozen=True)
class RenewalRate:
    """The functions of one of the three rates."""

    measure: Measure

    def compute(self, question: Question) -> Figure:
        found = renewals(question)
        parts = {"late": found.late, "early": found.early, "open": found.open}
        reason = "" if found.due else "no_contracts"
        if self.measure == "logo":
            rate = Rate(found.renewed, found.due, reason)
            figure = Figure.of_share(rate, wilson(found.renewed, found.due), parts=parts)
        else:
            kept = found.gross if self.measure == "gross" else found.net
            figure = Figure.of_rate(Rate(kept, found.expiring, reason), n=found.due)
        return figure.flagged("in_grace") if found.open else figure

    def rows(self, question: Question) -> Rows:
        due, values = due_sql(question)
        kept, whole = KEPT[self.measure]
        return Rows(CONTRACTS.format(due=due, kept=kept, whole=whole), values, kind="contract")


LOGO, GROSS, NET = RenewalRate("logo"), RenewalRate("gross"), RenewalRate("net")
RENEWAL_LOGO = Metric(
    code="renewal_rate",
    rule="REV-10",
    chapter="revenue",
    name=_("Renewal rate"),
    unit="share",
    definition=_(
        "The share of the contracts whose term ended in the period that went on. Renewed early "
        "counts at the end of its term, renewed up to thirty days late counts and is noted."
    ),
    formula=_("contracts renewed / contracts whose term ended"),
    compute=LOGO.compute,
    rows=LOGO.rows,
    page="metrics:churn",
)
RENEWAL_GROSS = Metric(
    code="renewal_rate_gross",
    rule="REV-10",
    chapter="revenue",
    name=_("Renewal rate of revenue, gross"),
    unit="share",
    definition=_(
        "The annual value that went on with these contracts, none for more than it was worth, as a "
        "share of what ended."
    ),
    formula=_("value renewed, at most what ended / value that ended"),
    compute=GROSS.compute,
    rows=GROSS.rows,
    spread="share",
    page="metrics:churn",
)
RENEWAL_NET = Metric(
    code="renewal_rate_net",
    rule="REV-10",
    chapter="revenue",
    name=_("Renewal rate of revenue, net"),
    unit="share",
    definition=_("The same with all that contracts grew by when they were renewed."),
    formula=_("value renewed / value that ended"),
    compute=NET.compute,
    rows=NET.rows,
    spread="around",
    page="metrics:churn",
)
RENEWALS: tuple[Metric, ...] = (RENEWAL_LOGO, RENEWAL_GROSS, RENEWAL_NET)
