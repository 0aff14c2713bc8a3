"""Which kinds of files can be imported.

The machinery stands in this app; what an upper floor owns (answers, features) it imports itself.
Each app adds its nouns when Django starts (`apps.py`), so that nothing here looks upstairs.
"""

from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from customers.importing.nouns.noun import Noun

# By name, in the order of the floors: what is listed first is imported first.
NOUNS: "dict[str, Noun]" = {}


def register(*nouns: "Noun") -> None:
    """Add kinds of files. A second one of the same name replaces the first."""
    NOUNS.update({noun.name: noun for noun in nouns})


def noun_choices() -> list[tuple[str, Promise | str]]:
    """Names and labels for forms and models."""
    return [(noun.name, noun.label) for noun in NOUNS.values()]
