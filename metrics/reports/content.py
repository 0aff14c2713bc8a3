"""What a report says, before anybody draws or writes it: figures, pictures, tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from metrics.charts import Chart, Text
from metrics.figure import Figure
from metrics.metric import Metric
from metrics.question import Question


@dataclass(frozen=True)
class Measured:
    """A cell that knows its unit: a number for a spreadsheet, words for paper."""

    metric: Metric
    value: Decimal | float
    question: Question


@dataclass(frozen=True)
class Table:
    """Cells are Decimal, int, float, date, text, Shown, Measured or None.

    `rows` may be very long.
    """

    title: Text
    heads: Sequence[Text]
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Told:
    """A figure and what was asked for it; `caption` says its period where that is another one."""

    metric: Metric
    figure: Figure
    question: Question
    caption: str = ""

    @property
    def name(self) -> str:
        return f"{self.metric.name} · {self.caption}" if self.caption else str(self.metric.name)


@dataclass(frozen=True)
class Content:
    """`about` are pairs that say what it rests on: filters, day, assumptions, who made it."""

    title: str
    subtitle: str
    question: Question
    figures: Sequence[Told] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    about: Sequence[tuple[Text, Any]] = field(default_factory=list)
    # The definition of each figure once more; on paper it stands beside the figure.
    versions: Sequence[tuple[Text, Any]] = ()
    # How many rows of a picture's table paper has room for.
    most_rows: int = 14
