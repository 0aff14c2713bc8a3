"""Whether this connection answers as of another day: what metrics/revenue/two_clocks.py holds."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date


@dataclass
class Recall:
    """What the temporary tables of this connection hold; `clock` "" is nothing.

    `clock` is the day of what was known, or "reported".
    """

    clock: str = ""
    through: date = date.min
    is_covering: bool = False
    covers_costs: bool = False


held: ContextVar[Recall | None] = ContextVar("held", default=None)


def is_recalling() -> bool:
    """Inside `as_known`: what was stored from today's ledger must not be read."""
    recall = held.get()
    return recall is not None and recall.is_covering
