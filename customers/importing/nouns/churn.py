"""Churn events: who left when and why, and who came back.

A customer may stand in the file several times. Its last fact by date decides (of one day, the one
lower in the file); the earlier ones are history and change nothing. A fact older than what is
known of the customer changes nothing either.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.importing.cells import one_of, to_day, to_yes_or_no
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import UNCHANGED, Draft, Rejected
from customers.importing.nouns.belonging import customer_column
from customers.importing.nouns.choices import CHURN_REASONS
from customers.importing.nouns.noun import Noun, Reader
from customers.importing.records import Kind, existing, restore, save_records, settle
from customers.models import Customer

COLUMNS = (
    customer_column(is_required=True, more="external id"),
    Column(
        "happened_on", _("Date"), to_day,
        "churn date,date,churned on,cancelled on,event date,解約日,日付,退会日",
        is_required=True, is_date=True,
    ),
    Column(
        "reason", _("Churn reason"), one_of(*CHURN_REASONS),
        "reason code,churn reason,cancellation reason,解約理由,理由,退会理由",
    ),
    Column(
        "is_reactivation", _("Came back (yes or no)"), to_yes_or_no,
        "reactivation,reactivated,returned,復活,再契約,再開",
    ),
)  # fmt: skip

KIND = Kind(
    Customer,
    ("external_id", "churned_on", "churn_reason", "stage"),
    {},
    change_stamps=("updated_at",),
)


def look_ahead(read: Reader, context: Context) -> None:
    """Find the row that holds each customer's last fact."""
    last: dict[str, tuple[Any, int]] = {}
    for draft in read():
        if draft.problems:
            continue
        key, day = draft.values["customer"], draft.values["happened_on"]
        if key not in last or (day, draft.number) > last[key]:
            last[key] = (day, draft.number)
    context.foresight = last


def judge(drafts: list[Draft], context: Context) -> None:
    for draft in drafts:
        draft.key = draft.values.get("customer", "")
    found = existing(KIND, (draft.key for draft in drafts), lock=context.is_saving)
    customers = context.customers_named(draft.key for draft in drafts)

    def one(draft: Draft) -> None:
        customer = customers.get(draft.key)
        if customer is None:
            raise Rejected("customer", "unknown_customer")
        day, record = draft.values["happened_on"], found[draft.key]
        started, known = customer["started_on"], record["churned_on"]
        if started and day < started:
            raise Rejected("happened_on", "churn_before_start")
        if context.foresight[draft.key][1] != draft.number or (known and known > day):
            draft.verdict = UNCHANGED
            return
        settle(KIND, draft, _state(draft.values), record)

    judged_one_by_one(drafts, context, one)


def _state(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("is_reactivation"):
        return {"churned_on": None, "churn_reason": "", "stage": Customer.Stage.ADOPTING}
    state = {"churned_on": values["happened_on"], "stage": Customer.Stage.CHURNED}
    return {**state, "churn_reason": values["reason"]} if "reason" in values else state


def save(drafts: list[Draft], context: Context) -> None:
    save_records(KIND, drafts, context)


def take_back(row_ids: list[int]) -> list[int]:
    return restore(KIND, row_ids)


CHURN = Noun("churn", _("Churn events"), COLUMNS, judge, save, take_back, look_ahead=look_ahead)
