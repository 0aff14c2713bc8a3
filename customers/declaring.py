"""Names that programs send of customers and nobody has declared: found, and declared by a press."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from customers.importing.cells import Options
from customers.importing.mapping import new_attribute
from customers.ingest.traits import declared_by_trait, fits
from customers.models import Attribute, TraitBag

# So many bags are looked into: those of whom something was said last.
SAMPLE = 1_000
SHOWN_NAMES = 100
# The narrowest first. A choice is not guessed: somebody has to name what may be chosen.
GUESSED = (Attribute.Type.NUMBER, Attribute.Type.BOOLEAN, Attribute.Type.DATE,
           Attribute.Type.URL, Attribute.Type.EMAIL)  # fmt: skip


@dataclass
class SeenTrait:
    """A name and its values, the newest first. `attribute` when declared with another type."""

    name: str
    values: list[Any] = field(default_factory=list)
    attribute: Attribute | None = None

    @property
    def count(self) -> int:
        return len(self.values)

    @property
    def example(self) -> str:
        value = self.values[0]
        return str(value).lower() if isinstance(value, bool) else str(value)

    @property
    def type(self) -> str:
        """The narrowest type that all the values have."""
        for kind in GUESSED:
            if all(fits(Attribute(type=kind), value) for value in self.values):
                return str(kind)
        return str(Attribute.Type.TEXT)


@dataclass(frozen=True)
class Seen:
    """`customers`: how many bags were looked into."""

    customers: int
    undeclared: list[SeenTrait]
    misfits: dict[int, SeenTrait]


def seen_traits(user: User) -> Seen:
    """What lies in the bags that were filled last, the most frequent name first."""
    bags = list(
        TraitBag.objects.visible_to(user)
        .order_by("-updated_at")
        .values_list("traits", flat=True)[:SAMPLE]
    )
    declared = declared_by_trait()
    seen: dict[str, SeenTrait] = {}
    for traits in bags:
        for name, value in traits.items():
            of_name = seen.setdefault(name, SeenTrait(name, attribute=declared.get(name)))
            of_name.values.append(value)
    undeclared = [trait for trait in seen.values() if trait.attribute is None]
    undeclared.sort(key=lambda trait: (-trait.count, trait.name))
    misfits = {
        trait.attribute.pk: trait for trait in seen.values() if trait.attribute and _misfit(trait)
    }
    return Seen(len(bags), undeclared[:SHOWN_NAMES], misfits)


def _misfit(trait: SeenTrait) -> bool:
    """Values that fit are only on their way out of the bags."""
    attribute = trait.attribute
    if attribute is None:
        return False
    trait.values = [value for value in trait.values if not fits(attribute, value)]
    return bool(trait.values)


@transaction.atomic
def declare(trait: str, label: str, type_: str) -> Attribute:
    """A new attribute that takes what is sent under this name; its key is made from the name."""
    key = new_attribute(trait, [], Options())["key"]
    taken = set(Attribute.objects.filter(key__startswith=key[:45]).values_list("key", flat=True))
    key = next(name for name in _keys(key) if name not in taken)
    return Attribute.objects.create(
        key=key, label=label, type=type_, trait="" if trait == key else trait
    )


def _keys(key: str) -> Iterable[str]:
    yield key
    for number in range(2, 10_000):
        yield f"{key[:45]}_{number}"
