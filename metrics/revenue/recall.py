"""Whether this connection answers as of another day: what metrics/revenue/two_clocks.py holds."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date


@dataclass
class Recall:
    """What the temporary tables of this connection hold; `clock` "" is nothing.

    `clock` is that of the question they were made for.
    """

    clock: str = ""
    through: date = date.min
    is_covering: bool = False
    covers_costs: bool = False


held: ContextVar[Recall | None] = ContextVar("held", default=None)


def is_recalling() -> bool:
    """Inside `as_known`: what was stored from today's ledger must not be read."""
    return bool(clock_read())


def clock_read() -> str:
    """Whose books this connection reads: "" those that are kept."""
    recall = held.get()
    return recall.clock if recall is not None and recall.is_covering else ""
