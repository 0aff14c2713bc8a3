"""Touchpoints: time given to a customer, from a calendar or another tool."""

from django.utils.translation import gettext_lazy as _

from customers.importing.cells import one_of, to_id, to_moment, to_text, whole_between
from customers.importing.columns import Column
from customers.importing.context import AHEAD, Context, judged_one_by_one
from customers.importing.drafts import CHANGED, NEW, Draft, Rejected
from customers.importing.nouns.belonging import customer_column, known_by_key, of_customer
from customers.importing.nouns.choices import TOUCHPOINT_KINDS
from customers.importing.nouns.noun import Noun
from customers.importing.records import Kind, remove, restore, save_records, settle
from customers.models import Contact, ImportRow, Touchpoint
from customers.touching import recount_last_touches

COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "touchpoint id,activity id,event id,meeting id,call id,id,接点ID,活動ID,履歴ID",
        is_required=True,
    ),
    customer_column(is_required=True),
    Column(
        "contact", _("Contact (external id)"), to_id,
        "contact id,person id,連絡先ID,コンタクトID", clear_to="",
    ),
    Column(
        "author", _("Who (e-mail address or name)"), to_text(254),
        "user,owner,csm,author email,by,担当,担当者,記入者,対応者", clear_to="",
    ),
    Column("kind", _("Kind"), one_of(*TOUCHPOINT_KINDS), "type,activity type,channel,種類,種別"),
    Column(
        "happened_at", _("When"), to_moment,
        "date,day,time,happened on,start,started at,occurred at,日付,日時,実施日,対応日",
        is_required=True, is_date=True,
    ),
    Column(
        "minutes", _("Minutes"), whole_between(0, 100_000),
        "duration,duration minutes,length,分,時間(分),所要時間(分)",
    ),
    Column(
        "summary", _("What was said"), to_text(20_000),
        "note,notes,comment,description,subject,内容,メモ,議事録,件名", clear_to="",
    ),
)  # fmt: skip

KIND = Kind(
    Touchpoint,
    ("external_id", "customer_id", "contact_id", "author_id", "kind", "happened_at", "minutes",
     "summary"),
    {"contact_id": None, "author_id": None, "kind": Touchpoint.Kind.CALL, "minutes": 0,
     "summary": ""},
)  # fmt: skip


def judge(drafts: list[Draft], context: Context) -> None:
    found, customers = known_by_key(KIND, drafts, context)
    contacts = _contacts(drafts)

    def one(draft: Draft) -> None:
        if draft.values["happened_at"] > context.now + AHEAD:
            raise Rejected("happened_at", "in_the_future")
        values = of_customer(draft, customers, found, context)
        if (contact := values.pop("contact", None)) is not None:
            values["contact_id"] = _contact_id(contact, values["customer_id"], contacts)
        if (author := values.pop("author", None)) is not None:
            values["author_id"] = _author_id(author, context)
        settle(KIND, draft, values, found.get(draft.key))

    judged_one_by_one(drafts, context, one)


def _contacts(drafts: list[Draft]) -> dict[tuple[str, int], int]:
    names = {name for draft in drafts if (name := draft.values.get("contact"))}
    rows = Contact.objects.filter(external_id__in=names)
    return {(key, customer): pk for pk, key, customer in rows.values_list(
        "pk", "external_id", "customer_id")}  # fmt: skip


def _contact_id(name: str, customer_id: int, contacts: dict[tuple[str, int], int]) -> int | None:
    """None for a cleared cell. A contact of another customer is as unknown as a missing one."""
    if not name:
        return None
    if (name, customer_id) not in contacts:
        raise Rejected("contact", "unknown_contact")
    return contacts[name, customer_id]


def _author_id(name: str, context: Context) -> int | None:
    if not name:
        return None
    if name.casefold() not in context.users:
        raise Rejected("author", "unknown_csm")
    return context.users[name.casefold()]


def save(drafts: list[Draft], context: Context) -> None:
    save_records(KIND, drafts, context)
    written = [draft for draft in drafts if draft.verdict in {NEW, CHANGED}]
    recount_last_touches({draft.record["customer_id"] for draft in written})


def take_back(row_ids: list[int]) -> list[int]:
    records = ImportRow.objects.filter(pk__in=row_ids).values("record_id")
    touched = Touchpoint.objects.filter(pk__in=records)
    customers = set(touched.values_list("customer_id", flat=True))
    done = [*restore(KIND, row_ids), *remove(KIND, row_ids, lambda ids: set())]
    recount_last_touches(customers)
    return done


TOUCHPOINTS = Noun(
    "touchpoints", _("Touchpoints"), COLUMNS, judge, save, take_back, scope="tasks",
    fills=[Touchpoint],
)  # fmt: skip
