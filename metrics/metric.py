"""A metric: the definition of a figure in words, and the functions that answer and open it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Literal

from django.conf import settings
from django.utils.functional import Promise

from metrics.figure import Figure
from metrics.intervals import WIDEST_SHARE, Spread, relative
from metrics.parts import Unit, at_hand, in_currency
from metrics.question import Question
from metrics.revenue.freezing import reported_figure
from metrics.revenue.rates import rate_on
from metrics.revenue.two_clocks import TooMuchToRecallError, as_known
from metrics.rows import Rows


@dataclass(frozen=True)
class Metric:
    """One figure of customer success.

    `rule` names its definition in docs/numbers.md, `version` grows with each change of it, and
    `page` is the URL name of the page that shows it. `chapter` is survey, revenue, cost, value or
    engagement. `rows` hands over what is behind the figure, adding up to its operands; None only
    where a model, not a count, gives the figure. `good` is the welcome direction, up or down.
    """

    code: str
    rule: str
    chapter: str
    name: Promise
    unit: Unit
    definition: Promise
    formula: Promise
    compute: Callable[[Question], Figure]
    rows: Callable[[Question], Rows] | None = None
    page: str = ""
    version: int = 1
    good: Literal["up", "down", ""] = "up"
    # What it can be split by; "month" gives one figure for each month of the period.
    groupings: tuple[str, ...] = ("segment", "csm", "touch", "plan", "month")
    # Its range is that between the customers of its rows: of a share, of a ratio around its value,
    # or of one that cannot reach zero.
    spread: Spread | None = None
    # Decimal places it is shown with, where its unit has others.
    places: int | None = None

    def __post_init__(self) -> None:
        """Whoever opens the rows reads them on the clock of the question; nobody can forget it."""
        if self.rows is not None:
            object.__setattr__(self, "rows", partial(_on_the_clock, self, self.rows))

    def answer(self, question: Question) -> Figure:
        """The figure, its amounts in the currency asked for, marked while its period runs.

        Asked as known on a day, it is computed from the tables of money as they were known then.
        Of a period that has not begun there is no figure, whatever is signed for it, and by parent
        there is none that joins money with what is known of single customers.
        """
        if question.is_to_come:
            return Figure.undefined("not_over")
        if question.by_parent and not self.rolls_up:
            return Figure.undefined("not_by_parent")
        try:
            with as_known(question, costs=self.reads_costs):
                figure = self._computed(question)
        except TooMuchToRecallError as error:
            figure = Figure.undefined(error.reason)
        return figure.flagged("so_far") if question.is_running else figure

    @property
    def reads_costs(self) -> bool:
        """Costs, purchases or what is taken for granted make it."""
        return self.chapter in {"cost", "value"}

    @property
    def rolls_up(self) -> bool:
        """It can be asked by parent: it is made of the ledger and of contracts alone (GEN-3)."""
        return self.chapter == "revenue"

    def in_full(self, question: Question) -> Figure:
        """The same with a range that needs every customer, for who looks at this one figure."""
        figure = self.answer(question)
        if self.rows is None or not self.is_told_by_customers(figure):
            return figure
        try:
            error = self.rows(question).relative_error()
        except TooMuchToRecallError:
            error = None
        return self.told_by_customers(figure, error)

    def is_told_by_customers(self, figure: Figure) -> bool:
        """Its range is that between the customers of its rows."""
        return bool(self.spread and self.rows and figure.value and not figure.interval)

    def told_by_customers(self, figure: Figure, error: float | None) -> Figure:
        """With the range that follows from a relative error; None leaves it without."""
        if error is None or self.spread is None or not figure.value:
            return figure
        found = figure.ranged(relative(float(figure.value), error, self.spread))
        wide = self.unit == "share" and found.interval and found.interval.width > WIDEST_SHARE
        return found.flagged("low_confidence") if wide else found

    def _computed(self, question: Question) -> Figure:
        figure = self.marked(reported_figure(self.code, question) or self.compute(question))
        if question.clock:
            figure = replace(figure, parts=dict(figure.parts))
        if self.unit == "money" and question.money != settings.REPORTING_CURRENCY:
            rate = rate_on(question.money, question.day)
            return Figure.undefined("no_rate") if rate is None else self._times(figure, 1 / rate)
        return figure

    def marked(self, figure: Figure) -> Figure:
        """No share is shown of fewer than five, whatever it is a share of (GEN-7)."""
        return figure.marked_if_few() if self.unit == "share" else figure

    def _times(self, figure: Figure, factor: Decimal) -> Figure:
        worked_out = partial(in_currency, self.code, figure.parts, factor)
        if at_hand(figure):
            return replace(figure.times(factor), parts=worked_out())
        return figure.times(factor).with_parts(worked_out)


def _on_the_clock(metric: Metric, opened: Callable[[Question], Rows], question: Question) -> Rows:
    """Rows that are read as they were known on the day the question names; none of days to come.

    Amounts are in the currency asked for, like the figure; without a rate there are none. Nor are
    there any by parent where the figure is not counted so.
    """
    is_left_out = question.by_parent and not metric.rolls_up
    question = question.about(by_parent=question.by_parent and metric.rolls_up)
    with as_known(question, costs=metric.reads_costs):
        rows = replace(opened(question), question=question, reads_costs=metric.reads_costs)
        factor: Decimal | None = Decimal(1)
        if metric.unit == "money" and question.money != settings.REPORTING_CURRENCY:
            rate = rate_on(question.money, question.day)
            factor = 1 / rate if rate else None
    if question.is_to_come or is_left_out or factor is None:
        return replace(rows, sql=f"SELECT * FROM ({rows.sql}) expected WHERE false", summed=None)
    return rows if factor == 1 else rows.times(factor)


def decimal_places(unit: Unit) -> int:
    """How many places a page shows: of a share those of its percentage."""
    return {"share": 1, "ratio": 2, "months": 1, "minutes": 1, "score": 2}.get(unit, 0)
