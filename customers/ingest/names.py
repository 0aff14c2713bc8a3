"""How many names a source gives to its events, and whether they give people away.

A name is for counting: a source that puts an order number or an address into it makes a new one
with every event. Names beyond the limit go into quarantine, where nothing is lost; names that
look like personal data are stored and told to whoever looks after the source.
"""

import re
from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.db import transaction

from accounts.models import ApiKey
from customers.models import EventName

# An e-mail address, or a number long enough to be a telephone, a card or a person.
PERSONAL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]|\d(?:[ ()./-]?\d){6}")
# What this process knows to be in the table, by prefix of the key.
_known: dict[str, set[str]] = {}


def looks_personal(name: str) -> bool:
    return PERSONAL.search(name) is not None


def names_beyond_limit(source: ApiKey, names: Iterable[str]) -> set[str]:
    """Those of these names that the source may not add any more; the others are remembered.

    The database is asked only about names this process has not met.
    """
    unknown = set(names) - _known.get(source.prefix, set())
    if not unknown:
        return set()
    rows = EventName.objects.filter(source=source)
    there = set(rows.filter(name__in=unknown).values_list("name", flat=True))
    new = sorted(unknown - there)
    if new:
        room = max(0, settings.EVENT_NAMES_PER_SOURCE - rows.count())
        new = new[:room]
        EventName.objects.bulk_create(
            [EventName(source=source, name=name, looks_personal=looks_personal(name))
             for name in new],
            ignore_conflicts=True,
        )  # fmt: skip
    accepted = there | set(new)
    transaction.on_commit(partial(_remember, source.prefix, accepted))
    return unknown - accepted


def _remember(prefix: str, names: set[str]) -> None:
    _known.setdefault(prefix, set()).update(names)
