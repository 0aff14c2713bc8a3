"""Contacts: people at customers, known by their external id or else by their e-mail address."""

from django.utils.translation import gettext_lazy as _

from customers.importing.cells import one_of, to_email, to_id, to_moment, to_text
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import Draft, Rejected
from customers.importing.nouns.belonging import customer_column, of_customer
from customers.importing.nouns.choices import CONSENTS, LANGUAGES, ROLES
from customers.importing.nouns.noun import Noun
from customers.importing.records import (
    Kind,
    existing,
    is_audit,
    named_by,
    remove,
    restore,
    save_records,
    settle,
)
from customers.models import Contact

COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "contact id,user id,person id,id,連絡先ID,担当者ID,ユーザーID,コンタクトID",
    ),
    customer_column(is_required=True),
    Column(
        "name", _("Name"), to_text(200),
        "full name,contact name,contact,氏名,名前,担当者名,お名前",
        clear_to="",
    ),
    Column(
        "kana", _("Reading"), to_text(200),
        "reading,furigana,フリガナ,ふりがな,カナ,氏名カナ",
        clear_to="",
    ),
    Column(
        "email", _("E-mail address"), to_email,
        "e-mail,mail,email address,mail address,メール,メールアドレス,Eメール",
        clear_to="",
    ),
    Column("title", _("Job title"), to_text(100), "job title,position,役職,肩書"),
    Column("role", _("Role"), one_of(*ROLES), "contact role,役割,ロール"),
    Column("language", _("Language"), one_of(*LANGUAGES), "locale,lang,言語", clear_to=""),
    Column(
        "consent", _("Consent"), one_of(*CONSENTS),
        "opt in,marketing consent,同意,メール同意,配信同意",
    ),
    Column(
        "left_at", _("Left the company"), to_moment,
        "left on,left,退職日,離任日",
        clear_to=None, is_date=True,
    ),
)  # fmt: skip

KIND = Kind(
    Contact,
    ("external_id", "customer_id", "name", "kana", "email", "title", "role", "language", "consent",
     "left_at"),
    {"name": "", "kana": "", "email": "", "title": "", "role": Contact.Role.MEMBER, "language": "",
     "consent": Contact.Consent.RELATION, "left_at": None},
    change_stamps=("updated_at",),
)  # fmt: skip


def judge(drafts: list[Draft], context: Context) -> None:
    for draft in drafts:
        draft.key = draft.values.get("external_id") or draft.values.get("email", "").lower()
    found = existing(KIND, (draft.key for draft in drafts), lock=context.is_saving)
    customers = context.customers_named(draft.values.get("customer", "") for draft in drafts)

    def one(draft: Draft) -> None:
        if not draft.key:
            raise Rejected("email", "needs_email_or_id")
        settle(KIND, draft, of_customer(draft, customers, found, context), found.get(draft.key))

    judged_one_by_one(drafts, context, one)


def save(drafts: list[Draft], context: Context) -> None:
    save_records(KIND, drafts, context)


def in_use(contact_ids: list[int]) -> set[int]:
    """Contacts whom somebody has written to or heard from since."""
    return named_by(Contact, contact_ids, lambda model: not is_audit(model))


def take_back(row_ids: list[int]) -> list[int]:
    return [*restore(KIND, row_ids), *remove(KIND, row_ids, in_use)]


CONTACTS = Noun("contacts", _("Contacts"), COLUMNS, judge, save, take_back, fills=[Contact])
