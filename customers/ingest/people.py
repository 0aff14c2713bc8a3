"""What identify, group and alias calls say about contacts and customers.

Only a server key may say it: a browser key is public, and nobody's address may be changed by
whoever reads it out of a page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.utils import timezone

from customers.ingest.messages import ALIAS, GROUP, IDENTIFY
from customers.ingest.resolving import trait_text
from customers.ingest.traits import Call, email_of, keep_traits
from customers.models import Contact, Customer

LANGUAGES = ("en", "ja")


def apply_calls(calls: Iterable[Call]) -> None:
    """Write down what the calls say, a later call after an earlier one."""
    groups = [call for call in calls if call[0].kind == GROUP]
    people = [call for call in calls if call[0].kind in (GROUP, IDENTIFY) and call[0].person]
    aliases = [call for call in calls if call[0].kind == ALIAS]
    if aliases:
        _rename_contacts(aliases)
    if people:
        _upsert_contacts(people)
    if groups:
        keep_traits(groups)
        _name_detected_customers(groups)


def _rename_contacts(aliases: list[Call]) -> None:
    """The person we knew under the previous id is the new one, unless we know both."""
    for message, _customer in aliases:
        if not message.previous_person or message.previous_person == message.person:
            continue
        if not Contact.objects.filter(external_id=message.person).exists():
            before = Contact.objects.filter(external_id=message.previous_person)
            before.update(external_id=message.person, updated_at=timezone.now())


@dataclass
class Said:
    """What the calls of one request say of a person."""

    customer_id: int
    fields: dict[str, str] = field(default_factory=dict)
    # Only where nothing is known yet; the first to say something is right.
    once: dict[str, str] = field(default_factory=dict)


def _upsert_contacts(people: list[Call]) -> None:
    """New persons become contacts; known ones change what is said of them, never their customer."""
    said: dict[str, Said] = {}
    for message, customer_id in people:
        of_person = said.setdefault(message.person, Said(customer_id))
        if message.kind == IDENTIFY:
            of_person.fields |= contact_fields(message.traits)
            of_person.once = contact_fields(message.traits_once) | of_person.once
    known = {contact.external_id: contact for contact in _locked_contacts(said)}
    Contact.objects.bulk_create(
        [
            Contact(external_id=person, customer_id=of.customer_id, **(of.once | of.fields))
            for person, of in sorted(said.items())
            if person not in known
        ],
        ignore_conflicts=True,
    )
    _update_contacts(known, said)


def _locked_contacts(persons: Iterable[str]) -> list[Contact]:
    contacts = Contact.objects.filter(external_id__in=list(persons))
    return list(contacts.order_by("external_id").select_for_update())


def _update_contacts(known: dict[str, Contact], said: dict[str, Said]) -> None:
    changed = []
    for person, contact in known.items():
        fills = {key: text for key, text in said[person].once.items() if not getattr(contact, key)}
        wanted = fills | said[person].fields
        news = {key: text for key, text in wanted.items() if getattr(contact, key) != text}
        if news:
            vars(contact).update(news, updated_at=timezone.now())
            changed.append(contact)
    if changed:
        fields = ["name", "email", "title", "language", "updated_at"]
        Contact.objects.bulk_update(changed, fields)


def contact_fields(traits: dict[str, Any]) -> dict[str, str]:
    """The fields of a contact that traits speak of, without empty and impossible ones."""
    parts = (trait_text(traits, "firstName"), trait_text(traits, "lastName"))
    fields = {
        "name": trait_text(traits, "name") or " ".join(part for part in parts if part),
        "email": email_of(traits.get("email")),
        "title": trait_text(traits, "title")[:100],
        "language": trait_text(traits, "language")[:2].lower(),
    }
    if fields["language"] not in LANGUAGES:
        fields["language"] = ""
    return {key: text for key, text in fields.items() if text}


def _name_detected_customers(groups: list[Call]) -> None:
    """A customer we made without a name takes the one its group call brings."""
    names = {customer: trait_text(message.traits, "name") for message, customer in groups}
    nameless = Customer.objects.filter(
        pk__in=[customer for customer, name in names.items() if name],
        stage=Customer.Stage.DETECTED,
        name=F("external_id"),
    )
    for customer in nameless:
        customer.name = names[customer.pk]
        customer.refresh_search_text()
        customer.save(update_fields=["name", "search_text", "updated_at"])
