"""NPS, CSAT, CES and effort as figures of a period, with the rows behind them (SUR-1 to SUR-3).

NPS is per respondent, in points from -100 to 100, with the adjusted Wald interval; beside it the
mean of the customers' own means. CSAT and CES are shares with Wilson's interval; their means stand
beside them with a t interval. Effort from 1 to 5 is turned round and is a series of its own. The
period asked for is the window: of each contact, or interaction, its latest answer in it counts.
"""

import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext_lazy as _

from lib.rates import Rate
from metrics.changes import answers_to_see
from metrics.figure import Figure, nps_flag
from metrics.intervals import (
    Interval,
    answers_for_margin,
    answers_for_nps_margin,
    mean_interval,
    wilson,
)
from metrics.loyalty.answers import CES, CSAT, EFFORT, NPS, Scale, counted
from metrics.loyalty.left_out import left_out
from metrics.loyalty.tallies import CustomerMeans, Tally, customer_means, sign_of, tally_both
from metrics.metric import Metric
from metrics.nps import Nps
from metrics.question import Question
from metrics.rows import Rows

# The margins that sample sizes are told for: points of NPS, and of a share.
NPS_MARGIN, SHARE_MARGIN = 10.0, 0.05

OF_SIGNS = """
    SELECT key, customer_id, '' AS label, 100 * ({sign}) AS numerator, 1 AS denominator,
        CASE WHEN score >= {good} THEN 'promoter' WHEN score <= {bad} THEN 'detractor'
            ELSE 'passive' END AS note
    FROM ({counted}) answers
"""
OF_CUSTOMERS = """
    SELECT customer_id AS key, customer_id, '' AS label,
        100 * sum({sign})::numeric / count(*) AS numerator, 1 AS denominator,
        count(*)::text AS note
    FROM ({counted}) answers GROUP BY customer_id
"""
OF_SHARES = """
    SELECT key, customer_id, '' AS label, (score >= {good})::int AS numerator, 1 AS denominator,
        score::text AS note
    FROM ({counted}) answers
"""
OF_MEANS = """
    SELECT key, customer_id, '' AS label, score AS numerator, 1 AS denominator, '' AS note
    FROM ({counted}) answers
"""


def nps_of_tally(tally: Tally, means: CustomerMeans | None = None) -> Figure:
    """`means` adds the error that knows that contacts of one customer are not independent."""
    nps = Nps(tally.good, tally.neither, tally.bad)
    if nps.value is None:
        return Figure.undefined("no_data")
    interval = Interval(float(nps.low or 0), float(nps.high or 0))
    mean = (tally.good - tally.bad) / tally.n
    variance = (tally.good + tally.bad) / tally.n - mean * mean
    return Figure(
        nps.value, 100 * (tally.good - tally.bad), tally.n, tally.n, interval,
        flag=nps_flag(tally.n, interval),
        parts={
            "promoters": tally.good, "passives": tally.neither, "detractors": tally.bad,
            "standard_error": 100 * math.sqrt(variance / tally.n),
            "clustered_error": clustered_error(tally, means) if means else None,
            "answers_for_10_points": answers_for_nps_margin(NPS_MARGIN, variance),
            "answers_to_see_10_points": answers_to_see(NPS_MARGIN, variance),
        },
    )  # fmt: skip


def clustered_error(tally: Tally, means: CustomerMeans) -> float | None:
    """In points: sqrt(G / (G - 1) · Σ r²) / n with r the residuals summed by customer."""
    if means.customers < 2:
        return None
    mean = (tally.good - tally.bad) / tally.n
    residuals = means.squares - 2 * mean * means.products + mean * mean * means.sizes
    factor = means.customers / (means.customers - 1)
    return 100 * math.sqrt(max(0.0, factor * residuals)) / tally.n


def share_of_tally(tally: Tally) -> Figure:
    rate = Rate(tally.good, tally.n, "" if tally.n else "no_data")
    share = tally.good / tally.n if tally.n else 0.5
    return Figure.of_share(
        rate, wilson(tally.good, tally.n),
        parts={
            "mean": Decimal(tally.total) / tally.n if tally.n else None,
            "answers_for_5_points": answers_for_margin(SHARE_MARGIN, share),
        },
    )  # fmt: skip


def mean_of_tally(tally: Tally) -> Figure:
    if not tally.n:
        return Figure.undefined("no_data")
    deviation = tally.deviation
    interval = None
    if deviation is not None:
        interval = mean_interval(tally.total / tally.n, deviation, tally.n)
    rate = Rate(tally.total, tally.n)
    return Figure(rate.value, rate.numerator, rate.denominator, tally.n, interval,
                  parts={"deviation": deviation})  # fmt: skip


def nps_figure(question: Question) -> Figure:
    return nps_of_tally(tally_both(NPS, question).now, customer_means(NPS, question))


def account_nps_figure(question: Question) -> Figure:
    """The plain mean of the customers' means; the range comes from how far these lie apart."""
    means = customer_means(NPS, question)
    if not means.customers:
        return Figure.undefined("no_data")
    value = means.sum_of_means / means.customers
    interval = None
    if means.deviation is not None:
        spread = mean_interval(float(value), float(means.deviation), means.customers)
        interval = spread and Interval(max(-100.0, spread.low), min(100.0, spread.high))
    flag = nps_flag(means.customers, interval)
    return Figure(value, means.sum_of_means, means.customers, means.customers, interval, flag=flag)


def _figure(scale: Scale, read: Callable[[Tally], Figure]) -> Callable[[Question], Figure]:
    return lambda question: read(tally_both(scale, question).now)


def _mean(scale: Scale) -> Callable[[Question], Figure]:
    """With the answers that do not count, for whoever looks at the parts."""

    def figure(question: Question) -> Figure:
        found = mean_of_tally(tally_both(scale, question).now)
        return found.with_parts(lambda: {**found.parts, **left_out(scale, question)})

    return figure


def _rows(scale: Scale, sql: str, kind: str = "response") -> Callable[[Question], Rows]:
    def rows(question: Question) -> Rows:
        answers, values = counted(scale, question)
        borders = {"good": scale.good_from, "bad": scale.bad_to}
        words = {"counted": answers, "sign": sign_of(scale), **borders}
        return Rows(sql.format(**words), values, kind=kind, order="numerator, key")

    return rows


# What the figures of this page have in common.
survey_metric = partial(Metric, chapter="survey", page="metrics:loyalty")

NPS_METRIC = survey_metric(
    code="nps", rule="SUR-2", unit="points", name=_("NPS"),
    definition=_(
        "How many of 100 would recommend us more than would not: the share of answers of 9 and 10 "
        "less the share of 0 to 6. Of each contact the latest answer of the period counts."
    ),
    formula=_("100 × (promoters − detractors) / answers"),
    compute=nps_figure, rows=_rows(NPS, OF_SIGNS),
)  # fmt: skip
ACCOUNT_NPS = survey_metric(
    code="nps_by_customer", rule="SUR-2", unit="points", name=_("NPS by customer"),
    definition=_(
        "The same answers with one vote for each customer: the mean of the signs of its contacts "
        "(+100, 0 or −100), then the plain mean over customers."
    ),
    formula=_("sum of the customers' means / customers"),
    compute=account_nps_figure, rows=_rows(NPS, OF_CUSTOMERS, "customer"),
)  # fmt: skip
CSAT_METRIC = survey_metric(
    code="csat", rule="SUR-1", unit="share", name=_("CSAT"),
    definition=_(
        "The share of answers that are 4 or 5 on the scale of 1 to 5, of survey answers and of "
        "ratings of tickets. Of each interaction the last answer counts."
    ),
    formula=_("answers of 4 and 5 / valid answers"),
    compute=_figure(CSAT, share_of_tally), rows=_rows(CSAT, OF_SHARES),
)  # fmt: skip
CSAT_MEAN = survey_metric(
    code="csat_mean", rule="SUR-1", unit="score", name=_("Mean satisfaction"),
    definition=_("The mean of the same answers, 1 to 5. It is never called CSAT."),
    formula=_("sum of scores / valid answers"),
    compute=_mean(CSAT), rows=_rows(CSAT, OF_MEANS),
)  # fmt: skip
CES_METRIC = survey_metric(
    code="ces", rule="SUR-3", unit="share", name=_("CES"),
    definition=_("The share of answers that agree it was easy: 5 to 7 on the scale of 1 to 7."),
    formula=_("answers of 5 to 7 / valid answers"),
    compute=_figure(CES, share_of_tally), rows=_rows(CES, OF_SHARES),
)  # fmt: skip
CES_MEAN = survey_metric(
    code="ces_mean", rule="SUR-3", unit="score", name=_("Mean ease"),
    definition=_("The mean of the same answers, 1 to 7; the range is that of Student's t."),
    formula=_("sum of scores / valid answers"),
    compute=_mean(CES), rows=_rows(CES, OF_MEANS),
)  # fmt: skip
EFFORT_METRIC = survey_metric(
    code="ces_effort", rule="SUR-3", unit="share", name=_("CES, effort scale"),
    definition=_(
        "Answers on a scale of effort from 1 to 5 are turned round with 6 − x; the share of 4 and "
        "5 is a series of its own and never mixed with that of 1 to 7."
    ),
    formula=_("little effort (1 and 2) / valid answers"),
    compute=_figure(EFFORT, share_of_tally), rows=_rows(EFFORT, OF_SHARES),
)  # fmt: skip
EFFORT_MEAN = survey_metric(
    code="ces_effort_mean", rule="SUR-3", unit="score", name=_("Mean ease, effort scale"),
    definition=_("The mean of 6 − x over the same answers, 1 to 5."),
    formula=_("sum of 6 − x / valid answers"),
    compute=_mean(EFFORT), rows=_rows(EFFORT, OF_MEANS),
)  # fmt: skip

SCORES = (CSAT_METRIC, CSAT_MEAN, NPS_METRIC, ACCOUNT_NPS, CES_METRIC, CES_MEAN, EFFORT_METRIC,
          EFFORT_MEAN)  # fmt: skip
