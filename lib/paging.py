"""One page of a list whose length nobody counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

PAGE_SIZE = 50
LAST_PAGE = 20_000
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list; pages and lines count from 1."""

    rows: list[Row]
    number: int
    has_next: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page_of(rows: Any, number: int) -> Page[Any]:
    """A page of whatever can be sliced; one row more is read, to know whether there is a next."""
    start = (number - 1) * PAGE_SIZE
    found: Sequence[Any] = list(rows[start : start + PAGE_SIZE + 1])
    return Page(list(found[:PAGE_SIZE]), number, has_next=len(found) > PAGE_SIZE)


def page_number(asked: str) -> int:
    """The page an address asks for; whatever is no number is page 1."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return min(max(number, 1), LAST_PAGE)


def row_key(asked: str) -> int | None:
    """The key of a row as an address or a form names it, or None for nonsense."""
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
