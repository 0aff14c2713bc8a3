"""Our own people: neither their answers nor their use of the product stand in any figure.

Those who log in here are ours, and whoever is entered as one: by a person's id or an e-mail
address, or by a whole domain written with an @ (ENG, SUR-5). Bots are entered the same way; calls
of API keys name no person and so count for nobody. Addresses are compared in lower case.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from customers.models import Contact
from metrics.models import Insider

# A person of the usage events, in a column `person`, for a statement given `insiders().values`.
PERSON_IS_OURS = """
    (person = ANY(%(our_people)s)
        OR (person LIKE '%%@%%' AND (lower(person) = ANY(%(our_people)s)
            OR split_part(lower(person), '@', 2) = ANY(%(our_domains)s))))
"""


@dataclass(frozen=True)
class Insiders:
    """`people` are ids and addresses, `domains` are without their @, `contacts` are keys."""

    people: list[str]
    domains: list[str]
    contacts: list[int]

    @property
    def values(self) -> dict[str, Any]:
        return {
            "our_people": self.people,
            "our_domains": self.domains,
            "our_contacts": self.contacts,
        }


_known: ContextVar[Insiders | None] = ContextVar("known insiders", default=None)


@contextmanager
def insiders_once() -> Iterator[None]:
    """Inside it they are looked up one time: a page asks for many figures."""
    token = _known.set(_looked_up())
    try:
        yield
    finally:
        _known.reset(token)


def insiders() -> Insiders:
    return _known.get() or _looked_up()


def _looked_up() -> Insiders:
    entered = list(Insider.objects.values_list("mark", flat=True))
    domains = sorted({mark[1:].lower() for mark in entered if mark.startswith("@")})
    named = {mark for mark in entered if not mark.startswith("@")}
    named |= {mark.lower() for mark in named}
    named |= {email.lower() for email in User.objects.values_list("email", flat=True)}
    contacts = list(_contacts_of(named, domains))
    people = named | {external_id for _key, external_id in contacts}
    return Insiders(sorted(people), domains, [key for key, _external_id in contacts])


def _contacts_of(named: set[str], domains: list[str]) -> list[tuple[int, str]]:
    """Found by index where no domain is entered; a domain has to look at every address."""
    ours = Q(external_id__in=named) | Q(email__in=named)
    contacts = Contact.objects.all()
    if domains:
        contacts = contacts.annotate(address=Lower("email"))
        ours |= Q(address__in=named)
        for domain in domains:
            ours |= Q(address__endswith=f"@{domain}")
    return list(contacts.filter(ours).order_by("pk").values_list("pk", "external_id"))
