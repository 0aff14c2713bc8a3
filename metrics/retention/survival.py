"""How long customers stay: Kaplan-Meier over the lives of all who ever paid (LTV-6).

A customer is watched from its first paid day to the day it is first lost, or to the last day that
is counted; a later return does not undo a loss. Lives are measured in months of their own: a loss
counts at the month it happens in, who is only watched so far counts the months it completed.
Where `customer since` lies before its first known contract, it was imported in mid-life: it counts
from that day, but is at risk only from its first paid day on (left truncation).
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import days_in_month
from lib.periods import month_of
from lib.planning import planned
from metrics.figure import Figure
from metrics.intervals import Interval
from metrics.metric import Metric
from metrics.once import asked_once
from metrics.question import Question
from metrics.retention.reading import joined_as, lives
from metrics.revenue.recall import is_recalling
from metrics.revenue.two_clocks import as_known
from metrics.rows import Rows
from metrics.value.survival import Curve, kaplan_meier

HORIZON = 60
FEWEST_AT_RISK = 10

# One row for each customer: the day its life counts from, it first paid on, and was first lost on.
LIFE = """
    SELECT l.customer_id, l.joined_on, l.first_lost_on,
        CASE WHEN c.started_on < l.known_from THEN c.started_on ELSE l.joined_on END AS since
    FROM {lives} l JOIN customers_customer c ON c.id = l.customer_id {traits}
    WHERE true {narrowed}
"""
ALIKE = f"SELECT since, joined_on, first_lost_on, count(*) FROM ({LIFE}) w GROUP BY 1, 2, 3"
MEMBERS = f"""
    SELECT customer_id AS key, customer_id, '' AS label, is_lost::int AS numerator,
        1 AS denominator, CASE WHEN is_lost THEN 'lost' ELSE 'paying' END AS note
    FROM (
        SELECT customer_id, coalesce(first_lost_on <= %(day)s, false) AS is_lost
        FROM ({LIFE}) w WHERE joined_on <= %(day)s
    ) lives
"""
# Of whatever day somebody asks.
ANY_MONTH = month_of(date(2000, 1, 1))
Alike = tuple[date, date, date | None, int]


def months_of(since: date, until: date) -> tuple[int, int]:
    """How many months are completed, and how many begun.

    The month of a 31st is complete on the last day of a shorter one.
    """
    months = (until.year - since.year) * 12 + until.month - since.month
    due = min(since.day, days_in_month(until)) if since.day > 28 else since.day
    return months - (until.day < due), months + (until.day > due)


@asked_once
def survival_curve(question: Question) -> Curve | None:
    """The curve as of the last day of a question; None where nobody ever paid.

    Of those still watched the day after the last one that is counted ends what was seen of them.
    Who left in the very month it came into sight was never at risk in a whole one, and is left out.
    """
    end = question.day + timedelta(days=1)
    lines = Counter[tuple[int, bool, int]]()
    for since, joined, lost, count in lives_alike(of_all_days(question)):
        if joined < end:
            gone = lost if lost and lost < end else None
            lines[_line(since, joined, gone or end, gone is not None)] += count
    seen = {line: count for line, count in lines.items() if line[0] > line[2]}
    if not seen:
        return None
    months, is_lost, entered = zip(*seen, strict=True)
    return kaplan_meier(months, is_lost, entered, list(seen.values()))


def of_all_days(question: Question) -> Question:
    """Lives are the same whatever day they are looked at: months side by side read them once.

    As known then or as reported the day tells how much has to be recalled.
    """
    is_recalled = question.known_on or question.is_reported
    return question if is_recalled else question.about(period=ANY_MONTH, as_of=None)


@asked_once
def lives_alike(question: Question) -> list[Alike]:
    """How many customers count from a day, joined on one, and were first lost on one."""
    with as_known(question), _as_they_lie(question), connection.cursor() as cursor:
        traits, narrowed, values = joined_as(question)
        cursor.execute(ALIKE.format(lives=lives(), traits=traits, narrowed=narrowed), values)
        return list(cursor.fetchall())


def _as_they_lie(question: Question) -> AbstractContextManager[None]:
    """All lives and all customers lie in one order: to merge them costs half of hashing them."""
    is_everybody = not question.is_narrowed and not is_recalling()
    return planned(enable_hashjoin="off") if is_everybody else nullcontext()


def survival_at(question: Question, month: float) -> float | None:
    """The share of customers still there after so long; None where too few were watched."""
    curve = survival_curve(question)
    return curve.at(month) if curve and curve.at_risk(month) >= FEWEST_AT_RISK else None


def _line(since: date, joined: date, until: date, is_lost: bool) -> tuple[int, bool, int]:
    """Months watched, lost, and months before it came into sight (-1: from the start)."""
    completed, begun = months_of(since, until)
    entered = 0 if joined == since else months_of(since, joined)[1]
    return begun if is_lost else completed, is_lost, entered or -1


def survival_rows(question: Question) -> Rows:
    """Everybody on the curve: 1 above the line for who was lost."""
    traits, narrowed, values = joined_as(question)
    return Rows(
        MEMBERS.format(lives=lives(), traits=traits, narrowed=narrowed),
        values | {"day": question.day},
        order="numerator, key",
    )


@dataclass(frozen=True)
class Survivors:
    """S(month), read off a curve."""

    month: int

    def __call__(self, curve: Curve) -> Figure:
        n = curve.customers
        if curve.at_risk(self.month) < FEWEST_AT_RISK:
            return Figure.undefined("too_short", n=n)
        step = curve.step_at(self.month)
        return Figure(
            curve.at(self.month),
            n=n,
            interval=step.interval if step else None,
            flag="estimate",
            parts={"at_risk": curve.at_risk(self.month)},
        )


def median_figure(curve: Curve) -> Figure:
    if curve.median is None:
        return Figure.undefined("not_reached", n=curve.customers)
    parts = {"at_risk": curve.at_risk(curve.median)}
    return Figure(curve.median, n=curve.customers, flag="estimate", parts=parts)


def mean_figure(curve: Curve) -> Figure:
    horizon = min(HORIZON, curve.longest)
    mean = curve.restricted_mean(horizon)
    return Figure(mean, n=curve.customers, flag="estimate", parts={"horizon": horizon})


READ: dict[str, Callable[[Curve], Figure]] = {
    "survival_12": Survivors(12),
    "survival_24": Survivors(24),
    "median_lifetime": median_figure,
    "mean_lifetime": mean_figure,
}


def figure_of(code: str, curve: Curve | None) -> Figure:
    """One of the figures that are read off the curve, without drawing it anew for each."""
    return READ[code](curve) if curve else Figure.undefined("no_data")


@dataclass(frozen=True)
class Computed:
    """The compute function of a metric that is read off the curve."""

    code: str

    def __call__(self, question: Question) -> Figure:
        return figure_of(self.code, survival_curve(question))


def as_interval(curve: Curve, month: float) -> Interval | None:
    step = curve.step_at(month)
    return step.interval if step else None


BY_TRAIT = ("segment", "csm", "touch", "plan")
SURVIVAL_12 = Metric(
    code="survival_12",
    rule="LTV-6",
    chapter="revenue",
    name=_("Survival to 12 months"),
    unit="share",
    definition=_(
        "The share of customers who are not lost twelve months after they first paid, counting "
        "also those who have not been customers for so long yet. A return does not undo a loss."
    ),
    formula=_("product over the months 1 to 12 of (1 - lost / at risk)"),
    compute=Computed("survival_12"),
    rows=survival_rows,
    page="metrics:retention",
    groupings=BY_TRAIT,
)
SURVIVAL_24 = Metric(
    code="survival_24",
    rule="LTV-6",
    chapter="revenue",
    name=_("Survival to 24 months"),
    unit="share",
    definition=_("The same after twenty-four months."),
    formula=_("product over the months 1 to 24 of (1 - lost / at risk)"),
    compute=Computed("survival_24"),
    rows=survival_rows,
    page="metrics:retention",
    groupings=BY_TRAIT,
)
MEDIAN_LIFETIME = Metric(
    code="median_lifetime",
    rule="LTV-6",
    chapter="revenue",
    name=_("Median lifetime"),
    unit="months",
    definition=_("After how many months half of the customers are lost, read off the curve."),
    formula=_("first month with survival of one half or less"),
    compute=Computed("median_lifetime"),
    rows=survival_rows,
    page="metrics:retention",
    groupings=BY_TRAIT,
)
MEAN_LIFETIME = Metric(
    code="mean_lifetime",
    rule="LTV-6",
    chapter="revenue",
    name=_("Mean lifetime within 60 months"),
    unit="months",
    definition=_(
        "How many of their first sixty months customers stay on average: the area under the curve, "
        "up to sixty months or as far as anybody was watched."
    ),
    formula=_("area under the survival curve to 60 months"),
    compute=Computed("mean_lifetime"),
    rows=survival_rows,
    page="metrics:retention",
    groupings=BY_TRAIT,
)
