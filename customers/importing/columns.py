"""What a column of a file may mean: its field, its names, how its text is read."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from customers.importing.cells import Converter, simplified

KEEP: Any = object()


@dataclass(frozen=True)
class Column:
    """One thing that can be imported: its field, how people call it, how its text is read.

    `clear_to` is what the word for "clear" stores; KEEP where a value cannot be cleared.
    """

    field: str
    label: Promise | str
    convert: Converter
    aliases: str = ""
    is_required: bool = False
    clear_to: Any = KEEP
    is_date: bool = False

    def is_called(self) -> list[str]:
        """Its names in a file, simplified, the likeliest first."""
        return [simplified(name) for name in [self.field, *self.aliases.split(",")] if name.strip()]
