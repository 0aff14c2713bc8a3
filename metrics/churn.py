"""Logo churn: the share of a period's first customers who are gone at its end (REV-3).

S pays at the end of the day before the period, E at the end of its last day.
churn = |S without E| / |S|. Who came and left inside the period is in no rate and is shown as
early churn; a pause counts as lost and is shown apart. Without anybody in S there is no rate.
The range is Wilson's at 95 %; it takes the customers for a sample of a stable process.
"""

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from lib.rates import Rate
from metrics.figure import Figure
from metrics.intervals import Interval, wilson
from metrics.metric import Metric
from metrics.question import Question
from metrics.revenue.movements import TURN, TURNS
from metrics.revenue.start_set import start_set
from metrics.rows import Rows


def annualised(rate: Decimal, times: int = 12) -> Decimal:
    """What the rate of a month would come to in a year: an extrapolation, never twelve times it."""
    return 1 - (1 - rate) ** times


def logo_churn_figure(question: Question) -> Figure:
    """Customers are counted under the traits they had before the period began."""
    found = start_set(question)
    parts = {"early": found.early, "paused": found.paused}
    return Figure.of_share(found.logo_churn, found.logo_interval, parts=parts)


def logo_retention_figure(question: Question) -> Figure:
    """What logo churn leaves: retention and churn add up to one."""
    found = start_set(question)
    start, kept = found.start_customers, found.start_customers - found.lost
    return Figure.of_share(Rate(kept, start, "no_start"), wilson(kept, start))


def early_churn_figure(question: Question) -> Figure:
    early = start_set(question).early
    return Figure(early, numerator=early, n=early)


def annualised_churn_figure(question: Question) -> Figure:
    """The churn of a period of whole months, as if all months of a year were like it."""
    months = question.period.months
    if not months or 12 % months:
        return Figure.undefined("not_whole_months")
    figure = logo_churn_figure(question)
    if figure.value is None:
        return Figure.undefined(figure.reason)
    bounds = figure.interval
    stretched = bounds and Interval(
        float(annualised(Decimal(bounds.low), 12 // months)),
        float(annualised(Decimal(bounds.high), 12 // months)),
    )
    value = annualised(Decimal(figure.value), 12 // months)
    return Figure(value, n=figure.n, interval=stretched, flag="extrapolation")


# One line for each customer that paid before the period; who is gone is noted as lost.
START_SET = f"""
    SELECT customer_id AS key, customer_id, '' AS label, {{counted}} AS numerator, 1 AS denominator,
        CASE WHEN after > 0 THEN 'kept' ELSE 'lost' END AS note
    FROM (
        SELECT customer_id, sum({TURN}) FILTER (WHERE day < %(start)s) AS before,
            sum({TURN}) AS after
        FROM metrics_revenuemovement WHERE day < %(end)s AND {TURNS} {{narrowed}}
        GROUP BY customer_id
    ) paid WHERE before > 0
"""
LOST = "CASE WHEN after > 0 THEN 0 ELSE 1 END"
KEPT = "CASE WHEN after > 0 THEN 1 ELSE 0 END"
# Who paid on no day before the period and on none after it, but inside.
CAME_AND_LEFT = f"""
    SELECT customer_id AS key, customer_id, '' AS label, 1 AS numerator, 0 AS denominator,
        'early_churn' AS note
    FROM metrics_revenuemovement WHERE day < %(end)s AND {TURNS} {{narrowed}}
    GROUP BY customer_id
    HAVING coalesce(sum({TURN}) FILTER (WHERE day < %(start)s), 0) <= 0 AND sum({TURN}) <= 0
        AND bool_or(balance > 0) FILTER (WHERE day >= %(start)s)
"""


def logo_churn_rows(question: Question) -> Rows:
    return _rows(START_SET, question, counted=LOST)


def logo_retention_rows(question: Question) -> Rows:
    return _rows(START_SET, question, counted=KEPT)


def early_churn_rows(question: Question) -> Rows:
    return _rows(CAME_AND_LEFT, question)


def _rows(sql: str, question: Question, **pieces: str) -> Rows:
    narrowed, values = question.narrowing(question.start - timedelta(days=1))
    period = {"start": question.start, "end": question.end}
    return Rows(sql.format(narrowed=narrowed, **pieces), values | period)


LOGO_CHURN = Metric(
    code="logo_churn",
    rule="REV-3",
    chapter="revenue",
    name=_("Logo churn"),
    unit="share",
    definition=_(
        "The share of the customers who paid on the day before the period and no longer pay on its "
        "last day. Who came and left within the period, or left and came back, is not in it. The "
        "range takes the customers for a sample of a business that goes on as it does."
    ),
    formula=_("customers gone at the end / customers paying before the period"),
    compute=logo_churn_figure,
    rows=logo_churn_rows,
    page="metrics:churn",
    good="down",
)
LOGO_RETENTION = Metric(
    code="logo_retention",
    rule="REV-3",
    chapter="revenue",
    name=_("Logo retention"),
    unit="share",
    definition=_(
        "The share of the customers who paid on the day before the period and also pay on its last "
        "day. Month, quarter and year are each measured on their own start set. The range takes "
        "the customers for a sample of a business that goes on as it does."
    ),
    formula=_("customers still paying at the end / customers paying before the period"),
    compute=logo_retention_figure,
    rows=logo_retention_rows,
    page="metrics:retention",
)
EARLY_CHURN = Metric(
    code="early_churn",
    rule="REV-3",
    chapter="revenue",
    name=_("Early churn"),
    unit="count",
    definition=_(
        "Customers who came and left within the period. They paid neither before nor at its end, "
        "so they are in no rate."
    ),
    formula=_("customers who paid only inside the period"),
    compute=early_churn_figure,
    rows=early_churn_rows,
    page="metrics:churn",
    good="down",
)
ANNUALISED_CHURN = Metric(
    code="annualised_churn",
    rule="REV-3",
    chapter="revenue",
    name=_("Logo churn, annualised"),
    unit="share",
    definition=_(
        "What the churn of a month or a quarter would come to if a whole year went on like it. It "
        "is an extrapolation and no substitute for the churn of a year."
    ),
    formula=_("1 - (1 - churn of the period) ^ (12 / months of the period)"),
    compute=annualised_churn_figure,
    rows=logo_churn_rows,
    page="metrics:churn",
    good="down",
)
CHURN: tuple[Metric, ...] = (LOGO_CHURN, LOGO_RETENTION, EARLY_CHURN, ANNUALISED_CHURN)
