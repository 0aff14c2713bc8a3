"""What group calls say of customers: attributes take what was declared, a bag keeps the rest.

The bag holds, for each customer, the value that came last of each name nobody declared, and of
declared names a value that has another type. When a name is declared, values come out of the bags.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from customers.ingest.messages import Message
from customers.models import Attribute, TraitBag

Call = tuple[Message, int]  # a message and its customer
Said = dict[int, dict[str, Any]]  # values by name, by customer

LONGEST_NAME = 100
LONGEST_VALUE = 500
# In characters of JSON. A bag that would grow beyond it begins anew with what came last.
LARGEST_BAG = 20_000
BATCH_BAGS = 2_000
# What we take as the name of the customer itself.
OURS = frozenset({"name"})

# Rows that would not change are left alone, so that the audit trail holds only changes.
MERGE_ATTRIBUTES = """
UPDATE customers_customer customer
SET attributes = customer.attributes || said.attributes, updated_at = now()
FROM unnest(%s::bigint[], %s::text[]::jsonb[]) AS said (id, attributes)
WHERE customer.id = said.id AND NOT customer.attributes @> said.attributes
"""
# What stands there was said or written since.
FILL_ATTRIBUTES = """
UPDATE customers_customer customer
SET attributes = said.attributes || customer.attributes, updated_at = now()
FROM unnest(%s::bigint[], %s::text[]::jsonb[]) AS said (id, attributes)
WHERE customer.id = said.id AND NOT said.attributes || customer.attributes = customer.attributes
"""
KEEP_TRAITS = """
INSERT INTO customers_traitbag AS bag (customer_id, traits, updated_at)
SELECT said.id, said.traits, now()
FROM unnest(%s::bigint[], %s::text[]::jsonb[]) AS said (id, traits)
ON CONFLICT (customer_id) DO UPDATE SET updated_at = excluded.updated_at,
    traits = CASE WHEN length((bag.traits || excluded.traits)::text) <= %s
        THEN bag.traits || excluded.traits ELSE excluded.traits END
WHERE NOT bag.traits @> excluded.traits
"""
TAKE_OUT = """
UPDATE customers_traitbag bag
SET traits = bag.traits - ARRAY(SELECT jsonb_array_elements_text(said.names))
FROM unnest(%s::bigint[], %s::text[]::jsonb[]) AS said (id, names)
WHERE bag.customer_id = said.id AND jsonb_exists_any(
    bag.traits, ARRAY(SELECT jsonb_array_elements_text(said.names)))
"""


def keep_traits(groups: Iterable[Call]) -> None:
    """Write down what group calls say, a later one after an earlier one."""
    declared = declared_by_trait()
    taken: Said = {}
    left: Said = {}
    names: dict[int, list[str]] = {}
    for message, customer_id in groups:
        fitting, rest = sorted_out(message.traits, declared)
        taken.setdefault(customer_id, {}).update(attribute_values(fitting, declared))
        names.setdefault(customer_id, []).extend(fitting)
        of_customer = left.setdefault(customer_id, {})
        of_customer.update(rest)
        for name in fitting:
            of_customer.pop(name, None)
    _write(MERGE_ATTRIBUTES, taken)
    _write(TAKE_OUT, names)
    _write(KEEP_TRAITS, left, LARGEST_BAG)


def declared_by_trait() -> dict[str, Attribute]:
    """By the name that programs send, and by the key."""
    every = list(Attribute.objects.all())
    by_key = {attribute.key: attribute for attribute in every}
    return by_key | {attribute.trait: attribute for attribute in every if attribute.trait}


def sorted_out(
    traits: Mapping[str, Any], declared: Mapping[str, Attribute]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What attributes take, and what a bag can keep."""
    fitting, rest = {}, {}
    for name, value in traits.items():
        if name in declared and fits(declared[name], value):
            fitting[name] = value
        elif name not in OURS and _can_be_kept(name, value):
            rest[name] = value
    return fitting, rest


def attribute_values(
    fitting: Mapping[str, Any], declared: Mapping[str, Attribute]
) -> dict[str, Any]:
    return {declared[name].key: value for name, value in fitting.items()}


def _can_be_kept(name: str, value: Any) -> bool:
    """Plain values only: lists, objects and long texts stay in the event."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        return False
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, bool | int) or (
        isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE
    )


def _write(statement: str, said: Mapping[int, Any], *more: Any) -> None:
    """Customers in order, so that two requests cannot wait for each other."""
    rows = {customer_id: values for customer_id, values in sorted(said.items()) if values}
    if rows:
        texts = [orjson.dumps(values).decode() for values in rows.values()]
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(rows), texts, *more])


def fill_attributes() -> int:
    """Take out of all bags what attributes take by now. How many values. Safe to be repeated."""
    declared = declared_by_trait()
    bags = TraitBag.objects.filter(traits__has_any_keys=list(declared)).order_by("pk")
    last, count = 0, 0
    while batch := list(bags.filter(pk__gt=last)[:BATCH_BAGS]):
        found = {bag.pk: sorted_out(bag.traits, declared)[0] for bag in batch}
        with transaction.atomic():
            values = {pk: attribute_values(of, declared) for pk, of in found.items()}
            _write(FILL_ATTRIBUTES, values)
            _write(TAKE_OUT, {pk: list(of) for pk, of in found.items()})
        count += sum(map(len, found.values()))
        last = batch[-1].pk
    return count


def fits(attribute: Attribute, value: Any) -> bool:
    """Whether a value has the declared type; one that has not is no error, it stays a trait."""
    kind = attribute.type
    if kind == Attribute.Type.NUMBER:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and math.isfinite(value)
    if kind == Attribute.Type.BOOLEAN:
        return isinstance(value, bool)
    return isinstance(value, str) and _text_fits(attribute, value)


def _text_fits(attribute: Attribute, text: str) -> bool:
    match attribute.type:
        case Attribute.Type.DATE:
            return _is_date(text)
        case Attribute.Type.SELECT:
            return text in attribute.choices
        case Attribute.Type.URL:
            return text.startswith(("https://", "http://"))
        case Attribute.Type.EMAIL:
            return bool(email_of(text))
    return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def email_of(value: Any) -> str:
    """The address, or nothing for what is none."""
    if not isinstance(value, str) or len(value) > 254:
        return ""
    try:
        validate_email(value)
    except ValidationError:
        return ""
    return value
