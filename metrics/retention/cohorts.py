"""Cohort triangles: what became of those who first paid in the same month (REV-11).

Cell (c, k) is read at the end of month c + k: how many of cohort c pay (logo), or the annual value
they pay, as it is (net) or capped per customer at what it joined with (gross), over what they
joined with. k = 0 is the end of the month of joining and may be below 100 %. In the status variant
a return lifts the cell; in the survival variant whoever was lost at a month end stays lost. A month
that is not over has no cell. The average row weighs by size, over the cohorts that have reached an
age: it may rise though nobody comes back. Cells of cohorts below five customers are not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lib.days import add_months, month_start
from lib.rates import Rate
from metrics.figure import Figure
from metrics.intervals import FEWEST_FOR_A_PERCENTAGE, Interval, wilson
from metrics.metric import Metric
from metrics.question import Question
from metrics.retention.reading import joining_members
from metrics.retention.reading import steps as all_steps
from metrics.revenue.two_clocks import as_known
from metrics.revenue.value import value_parameters
from metrics.rows import Rows, Totals

Measure = Literal["logo", "net", "gross"]
Variant = Literal["status", "survival"]

EARLIEST = date(1, 1, 1)
# The column of a step that a cell sums, by measure and variant.
COLUMNS: dict[tuple[str, str], str] = {
    ("logo", "status"): "paying",
    ("logo", "survival"): "surviving",
    ("net", "status"): "net",
    ("net", "survival"): "net_surviving",
    ("gross", "status"): "gross",
    ("gross", "survival"): "gross_surviving",
}
STEPS = """
    SELECT cohort, age, sum(joined), sum(joined_with), sum({column})
    FROM {steps} s WHERE cohort BETWEEN %(first)s AND %(last)s {narrowed}
    GROUP BY cohort, age
"""
# Who stands behind some cells of one age: one row for each customer of their cohorts. Each has one
# step of joining, at age 0, so that its largest value is their sum.
MEMBERS = """
    SELECT customer_id AS key, customer_id, '' AS label,
        sum({column}) AS numerator, max({whole}) AS denominator,
        CASE WHEN sum(paying) > 0 THEN 'paying' ELSE 'lost' END AS note
    FROM {steps} s
    WHERE cohort BETWEEN %(first)s AND %(last)s AND age <= %(age)s {narrowed}
    GROUP BY customer_id
"""

# The same customers in sum.
TOGETHER = """
    SELECT coalesce(sum({column}), 0), coalesce(sum({whole}), 0), coalesce(sum(joined), 0)
    FROM {steps} s
    WHERE cohort BETWEEN %(first)s AND %(last)s AND age <= %(age)s {narrowed}
"""


@dataclass(frozen=True)
class Cell:
    """A share of a cohort at one age; `size` is how many customers the cohort has."""

    kept: Decimal | int
    whole: Decimal | int
    size: int
    is_logo: bool

    @property
    def share(self) -> Decimal | None:
        return Rate(self.kept, self.whole).value

    @property
    def is_shown(self) -> bool:
        return self.share is not None and self.size >= FEWEST_FOR_A_PERCENTAGE

    @property
    def interval(self) -> Interval | None:
        """Of counted customers only: amounts of money are no trials."""
        return wilson(int(self.kept), int(self.whole)) if self.is_logo else None


@dataclass(frozen=True)
class Cohort:
    """The customers who joined in a month. A cell is None where its month is not over."""

    month: date
    size: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Triangle:
    cohorts: tuple[Cohort, ...]
    average: tuple[Cell | None, ...]

    @property
    def ages(self) -> range:
        return range(len(self.average))


def last_finished_month(question: Question) -> date:
    """The first day of the latest month whose last day is counted."""
    return add_months(month_start(question.day + timedelta(days=1)), -1)


def months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def triangle(
    question: Question,
    measure: Measure = "logo",
    variant: Variant = "status",
    months: int | None = 24,
) -> Triangle:
    """The cohorts of so many months up to the question's last day, oldest first; None for all.

    Customers are counted under the traits they joined with.
    """
    newest = month_start(question.day)
    oldest = EARLIEST if months is None else add_months(newest, 1 - months)
    finished = last_finished_month(question)
    with as_known(question):
        steps = read_steps(question, COLUMNS[measure, variant], oldest, newest)
    cohorts = [
        cohort_of(month, steps[month], months_between(month, finished), measure)
        for month in sorted(steps)
    ]
    width = max((len(cohort.cells) for cohort in cohorts), default=0)
    padded = [Cohort(c.month, c.size, c.cells + (None,) * (width - len(c.cells))) for c in cohorts]
    return Triangle(tuple(padded), average_of(padded, width, measure))


@dataclass(frozen=True)
class Step:
    age: int
    joined: int
    joined_with: Decimal
    change: Decimal


def read_steps(
    question: Question, column: str, oldest: date, newest: date
) -> dict[date, list[Step]]:
    narrowed, values = joining_members(question)
    values |= value_parameters()
    sql = STEPS.format(column=column, steps=all_steps(), narrowed=narrowed)
    steps: dict[date, list[Step]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"first": oldest, "last": newest})
        for cohort, *rest in cursor.fetchall():
            steps.setdefault(cohort, []).append(Step(*rest))
    return steps


def cohort_of(month: date, steps: Sequence[Step], oldest_age: int, measure: Measure) -> Cohort:
    """Sum the steps up; the first cell is that of age 0, none are there before a month's end."""
    size = sum(step.joined for step in steps)
    is_logo = measure == "logo"
    whole = size if is_logo else sum(step.joined_with for step in steps)
    changes = {step.age: step.change for step in steps}
    level, cells = Decimal(0), []
    for age in range(oldest_age + 1):
        level += changes.get(age, 0)
        cells.append(Cell(int(level) if is_logo else level, whole, size, is_logo))
    return Cohort(month, size, tuple(cells) or (None,))


def average_of(cohorts: Sequence[Cohort], width: int, measure: Measure) -> tuple[Cell | None, ...]:
    """By age, over the cohorts that reached it."""
    averages: list[Cell | None] = []
    for age in range(width):
        there = [cell for cohort in cohorts if (cell := cohort.cells[age])]
        kept, whole = sum(cell.kept for cell in there), sum(cell.whole for cell in there)
        size = sum(cell.size for cell in there)
        averages.append(Cell(kept, whole, size, measure == "logo") if there else None)
    return tuple(averages)


def cell_rows(
    question: Question, cohorts: tuple[date, date], age: int, measure: Measure, variant: Variant
) -> Rows:
    """The customers behind a cell, or behind the average over the cohorts from one to another."""
    column = COLUMNS[measure, variant]
    with as_known(question):
        narrowed, values = joining_members(question)
        sql = MEMBERS.format(
            steps=all_steps(),
            narrowed=narrowed,
            column=column,
            whole="joined" if measure == "logo" else "joined_with",
        )
    values |= value_parameters() | {"first": cohorts[0], "last": cohorts[1], "age": age}
    return Rows(sql, values, question=question)


def cell_totals(
    question: Question, cohorts: tuple[date, date], age: int, measure: Measure
) -> Totals:
    """What the rows of a cell come to, without setting the customers apart."""
    narrowed, values = joining_members(question)
    sql = TOGETHER.format(
        steps=all_steps(),
        narrowed=narrowed,
        column=COLUMNS[measure, "status"],
        whole="joined" if measure == "logo" else "joined_with",
    )
    values |= value_parameters() | {"first": cohorts[0], "last": cohorts[1], "age": age}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        kept, whole, customers = cursor.fetchone()
    return Totals(Decimal(kept), Decimal(whole), customers)


AGE = 12


def cohorts_of_age(question: Question) -> tuple[date, date]:
    """All cohorts that have reached a year."""
    return EARLIEST, add_months(last_finished_month(question), -AGE)


def kept_after_a_year(measure: Measure) -> Any:
    """The compute function of the average of the triangle at twelve months."""

    def compute(question: Question) -> Figure:
        with as_known(question):
            totals = cell_totals(question, cohorts_of_age(question), AGE, measure)
        if measure == "logo":
            kept, whole = int(totals.numerator), int(totals.denominator)
            return Figure.of_share(Rate(kept, whole, "no_data"), wilson(kept, whole))
        return Figure.of_rate(Rate(totals.numerator, totals.denominator, "no_data"), n=totals.n)

    return compute


def rows_after_a_year(measure: Measure) -> Any:
    def rows(question: Question) -> Rows:
        return cell_rows(question, cohorts_of_age(question), AGE, measure, "status")

    return rows


COHORT_LOGO = Metric(
    code="cohort_retention",
    rule="REV-11",
    chapter="revenue",
    name=_("Cohort retention after a year"),
    unit="share",
    definition=_(
        "Of the customers who first paid at least twelve full months ago, the share who pay at the "
        "end of the twelfth month after the month they joined in. Who left and came back counts."
    ),
    formula=_("customers paying at age 12 / customers who joined"),
    compute=kept_after_a_year("logo"),
    rows=rows_after_a_year("logo"),
    page="metrics:retention",
    groupings=("segment", "csm", "touch", "plan"),
)
COHORT_NET = Metric(
    code="cohort_net_revenue",
    rule="REV-11",
    chapter="revenue",
    name=_("Cohort revenue after a year, net"),
    unit="share",
    definition=_(
        "What these customers pay at the end of the twelfth month after the month they joined in, "
        "as a share of what they joined with, at the exchange rates of that month."
    ),
    formula=_("annual value at age 12 / annual value joined with"),
    compute=kept_after_a_year("net"),
    rows=rows_after_a_year("net"),
    spread="around",
    page="metrics:retention",
    groupings=("segment", "csm", "touch", "plan"),
)
COHORT_GROSS = Metric(
    code="cohort_gross_revenue",
    rule="REV-11",
    chapter="revenue",
    name=_("Cohort revenue after a year, gross"),
    unit="share",
    definition=_(
        "The same, where no customer counts for more than it joined with: growth of some does not "
        "hide the loss of others."
    ),
    formula=_("annual value at age 12, at most what was joined with / annual value joined with"),
    compute=kept_after_a_year("gross"),
    rows=rows_after_a_year("gross"),
    spread="share",
    page="metrics:retention",
    groupings=("segment", "csm", "touch", "plan"),
)
# What the triangle behind a figure counts.
MEASURES: dict[str, Measure] = {
    COHORT_LOGO.code: "logo", COHORT_NET.code: "net", COHORT_GROSS.code: "gross",
}  # fmt: skip
