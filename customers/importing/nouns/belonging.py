"""Rows that belong to a customer: how files name it, and what a row takes over from it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.importing.cells import to_id
from customers.importing.columns import KEEP, Column
from customers.importing.context import Context
from customers.importing.drafts import Draft, Rejected
from customers.importing.records import Kind, existing

NAMES_IN_FILES = (
    "customer id,account id,company id,customer external id,account,company,"
    "顧客ID,顧客コード,会社ID,取引先コード,企業ID"
)

Records = dict[str, dict[str, Any]]


def customer_column(*, is_required: bool = False, clear_to: Any = KEEP, more: str = "") -> Column:
    """The column that names the customer; `more` are other names for it in such files."""
    names = f"{NAMES_IN_FILES},{more}" if more else NAMES_IN_FILES
    label = _("Customer (external id)")
    return Column("customer", label, to_id, names, is_required=is_required, clear_to=clear_to)


def known_by_key(kind: Kind, drafts: list[Draft], context: Context) -> tuple[Records, Records]:
    """Key each row by its external id; the records of these ids, the customers the rows name."""
    for draft in drafts:
        draft.key = draft.values.get("external_id", "")
    found = existing(kind, (draft.key for draft in drafts), lock=context.is_saving)
    return found, context.customers_named(draft.values.get("customer", "") for draft in drafts)


def of_customer(
    draft: Draft, customers: Records, found: Records, context: Context
) -> dict[str, Any]:
    """The values of a row that names its customer; a record never changes customers."""
    customer = customers.get(draft.values["customer"])
    if customer is None:
        raise Rejected("customer", "unknown_customer")
    record = found.get(draft.key)
    if record is not None and record["customer_id"] != customer["pk"]:
        raise Rejected("external_id", "other_customer")
    context.once(draft.key)
    values = {name: value for name, value in draft.values.items() if name != "customer"}
    return {**values, "external_id": draft.key, "customer_id": customer["pk"]}
