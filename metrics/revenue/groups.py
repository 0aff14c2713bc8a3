"""The money of a period, group by group: by plan, segment, CSM or touch tier."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lib.rates import ratio
from metrics.intervals import FEWEST_FOR_A_PERCENTAGE
from metrics.question import Question
from metrics.revenue.kept import trailing_year
from metrics.revenue.start_set import StartSet, start_sets_by
from metrics.revenue.stock import Stock, stocks_by

# How a page names a grouping, and the field of a question that narrows to it.
GROUPINGS = {"plan": "plan", "segment": "segment", "csm": "csm_id", "touch": "touch"}


@dataclass(frozen=True)
class Group:
    """`key` is "" or 0 for those without one.

    `nrr` is of the trailing twelve months, None where fewer than five customers were there before.
    """

    key: Any
    customers: int
    mrr: Decimal
    share: Decimal | None
    change: Decimal
    nrr: Decimal | None


def money_by(question: Question, grouping: str) -> list[Group]:
    """Largest first; groups that pay nothing now and paid nothing before are left out."""
    dimension = GROUPINGS[grouping]
    now = stocks_by(question, dimension)
    before = stocks_by(question, dimension, day=question.start - timedelta(days=1))
    kept = start_sets_by(trailing_year(question), dimension)
    whole = sum((stock.value for stock in now.values()), Decimal(0))
    groups = []
    for key in {*now, *before}:
        stock, started = now.get(key, Stock()), kept.get(key, StartSet())
        is_shown = started.start_customers >= FEWEST_FOR_A_PERCENTAGE
        groups.append(
            Group(
                key=key,
                customers=stock.customers,
                mrr=stock.mrr,
                share=ratio(stock.value, whole),
                change=stock.mrr - before.get(key, Stock()).mrr,
                nrr=started.nrr.value if is_shown else None,
            )
        )
    return sorted(groups, key=lambda group: (-group.mrr, str(group.key)))
