"""One line of the table `make bench` prints."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A figure beside the yardstick measured in the same run, and the promise about their ratio.

    Where a promise is absolute (milliseconds, megabytes), `yardstick` is the promised figure and
    `limit` is 1. Where more is better (events a second), `is_rate` turns the comparison round.
    `note` is for the reader of the table: it says what a busy machine does not change.
    """

    name: str
    figure: float
    yardstick: float
    unit: str
    limit: float
    is_rate: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.figure / self.yardstick if self.yardstick else float("inf")

    @property
    def holds(self) -> bool:
        return self.ratio >= self.limit if self.is_rate else self.ratio <= self.limit


def seconds_of(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def percentile(figures: list[float], share: float) -> float:
    """The smallest figure that `share` of them do not exceed."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(figures: list[float]) -> float:
    return statistics.median(figures)
