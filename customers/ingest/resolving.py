"""Which customer a message speaks of, asked once for a whole batch.

First the account the message names: a customer's external id, or another name somebody mapped to
a customer. A message that names none belongs to the customer of its person or, where that is
switched on, to the only customer with the domain of her address. An account a server
key names as a group may become a customer in stage "detected"; what was deleted never comes back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min

from accounts.models import ApiKey
from customers.ingest.free_mail import FREE_MAIL
from customers.ingest.messages import GROUP, Message
from customers.models import Contact, Customer

KNOWN_ACCOUNTS = """
SELECT account, customer_id FROM customers_accountalias WHERE account = ANY(%(accounts)s::text[])
UNION ALL
SELECT external_id, id FROM customers_customer WHERE external_id = ANY(%(accounts)s::text[])
"""


def resolve(source: ApiKey, messages: Sequence[Message]) -> list[int | None]:
    """The customer of each message, in the same order; None for one we do not know."""
    named = {message.account for message in messages if message.account}
    customers = customers_of_accounts(named) if named else {}
    unknown = named - customers.keys()
    if unknown and source.kind != ApiKey.Kind.BROWSER and settings.EVENTS_CREATE_CUSTOMERS:
        customers |= _detect(unknown, messages)
    of_nobody = [message for message in messages if not message.account]
    persons = {message.person for message in of_nobody if message.person}
    linked = customers_of_persons(persons) if persons else {}
    if settings.EVENTS_MATCH_EMAIL_DOMAIN:
        strangers = [message for message in of_nobody if message.person not in linked]
        linked |= customers_of_domains(strangers)
    return [
        customers.get(message.account) if message.account else linked.get(message.person)
        for message in messages
    ]


def customers_of_accounts(accounts: Iterable[str]) -> dict[str, int]:
    """Ids by account; an external id goes before another name."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_ACCOUNTS, {"accounts": _as_array(accounts)})
        return dict(cursor.fetchall())


def _as_array(texts: Iterable[str]) -> str:
    """The text PostgreSQL reads as an array; the driver's own way asks each text for its type."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return "{" + ",".join([f'"{text}"' for text in quoted]) + "}"


def customers_of_persons(persons: Iterable[str]) -> dict[str, int]:
    contacts = Contact.objects.filter(external_id__in=persons)
    return dict(contacts.values_list("external_id", "customer_id"))


def customers_of_domains(messages: Sequence[Message]) -> dict[str, int]:
    """By person: the only customer that has the domain of her address. Free mail is nobody's."""
    domains = {message.person: domain_of(message) for message in messages if message.person}
    wanted = set(domains.values()) - FREE_MAIL - {""}
    if not wanted:
        return {}
    rows = Customer.objects.filter(domain__in=wanted).values_list("domain").order_by()
    only = dict(rows.annotate(count=Count("pk")).filter(count=1).values_list("domain", Min("pk")))
    return {person: only[domain] for person, domain in domains.items() if domain in only}


def domain_of(message: Message) -> str:
    """Of the person's id, when that is an address, or of the address among her traits."""
    said = (message.person, trait_text(message.traits, "email"))
    address = next((text for text in said if "@" in text), "")
    return [*address.lower().split("@"), ""][1]


def _detect(unknown: set[str], messages: Sequence[Message]) -> dict[str, int]:
    """Make customers of the unknown accounts that were named as a group."""
    names = {m.account: m.account for m in messages if m.names_a_group and m.account in unknown}
    for message in messages:
        if message.kind == GROUP and message.account in names:
            names[message.account] = trait_text(message.traits, "name") or message.account
    wanted = names.keys() - _deleted_before(names)
    if not wanted:
        return {}
    Customer.objects.bulk_create(
        [_detected_customer(account, names[account]) for account in sorted(wanted)],
        ignore_conflicts=True,
    )
    return customers_of_accounts(wanted)


def _detected_customer(account: str, name: str) -> Customer:
    customer = Customer(
        external_id=account,
        name=name,
        stage=Customer.Stage.DETECTED,
        currency=settings.REPORTING_CURRENCY,
    )
    customer.refresh_search_text()
    return customer


def _deleted_before(accounts: Iterable[str]) -> set[str]:
    """Accounts of customers that were erased or merged away: the audit trail remembers them."""
    trail = apps.get_model("customers", "CustomerEvent").objects.filter(
        pgh_label="delete", external_id__in=list(accounts)
    )
    return set(trail.values_list("external_id", flat=True))


def trait_text(traits: dict[str, Any], key: str) -> str:
    value = traits.get(key)
    return value.strip()[:200] if isinstance(value, str) else ""
