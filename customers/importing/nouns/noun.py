"""What every kind of import consists of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.utils.functional import Promise

from accounts.permissions import Permission
from customers.importing.columns import Column
from customers.importing.context import Context
from customers.importing.drafts import Draft

Judge = Callable[[list[Draft], Context], None]
# Reads the whole file from its first row.
Reader = Callable[[], Iterator[Draft]]


def _nothing(drafts: list[Draft], context: Context) -> None:
    return None


@dataclass(frozen=True)
class Noun:
    """`name` is what addresses and commands call it, `label` what people read. Whoever imports it
    needs the permission `needs` besides the one to import, and a program the scope `scope`.

    `judge` gives each row of a chunk its verdict, `save` writes what it says.

    `take_back` gets ids of import rows and returns those it could undo. `prepare` runs before the
    transaction of a chunk; `look_ahead` may read the whole file first. `tie_up` runs after the last
    row was saved, `untie` before rows of an import (by its id) are taken back; both may run twice.

    `fills` are models of which a large import brings many rows; PostgreSQL counts them anew then.
    """

    name: str
    label: Promise | str
    columns: Sequence[Column]
    judge: Judge
    save: Judge
    take_back: Callable[[list[int]], list[int]]
    prepare: Judge = _nothing
    look_ahead: Callable[[Reader, Context], None] | None = None
    tie_up: Callable[[Context], None] | None = None
    untie: Callable[[int], None] | None = None
    takes_attributes: bool = False
    needs: Permission = Permission.IMPORT
    scope: str = "customers"
    fills: Sequence[type[Model]] = ()
