"""Support tickets: who opened which case when, and how it ended."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.importing.cells import (
    one_of,
    to_id,
    to_moment,
    to_text,
    to_yes_or_no,
    whole_between,
)
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import Draft, Rejected
from customers.importing.nouns.belonging import customer_column, known_by_key, of_customer
from customers.importing.nouns.choices import PRIORITIES
from customers.importing.nouns.noun import Noun
from customers.importing.records import Kind, remove, restore, save_records, settle
from customers.models import Ticket

COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "ticket id,case id,case number,id,チケットID,問い合わせID,問合せ番号,案件番号",
        is_required=True,
    ),
    customer_column(is_required=True),
    Column("subject", _("Subject"), to_text(300), "title,summary,件名,題名,タイトル", clear_to=""),
    Column("priority", _("Priority"), one_of(*PRIORITIES), "severity,urgency,優先度,緊急度,重要度"),
    Column(
        "opened_at", _("Opened"), to_moment,
        "submitted at,created at,created,opened,open date,opened on,受付日,受付日時,起票日,"
        "登録日時,問い合わせ日",
        is_required=True, is_date=True,
    ),
    Column(
        "first_response_at", _("First answer"), to_moment,
        "first response at,first reply at,初回回答日時,初回応答日時",
        clear_to=None, is_date=True,
    ),
    Column(
        "first_response_minutes", _("Minutes to the first answer"), whole_between(0, 5_000_000),
        "first response time minutes,first reply minutes,初回応答時間(分),初回回答時間(分)",
    ),
    Column(
        "closed_at", _("Closed"), to_moment,
        "resolved at,solved at,closed,close date,完了日,完了日時,解決日,解決日時,クローズ日",
        clear_to=None, is_date=True,
    ),
    Column(
        "satisfaction", _("Satisfaction (1-5)"), whole_between(1, 5),
        "satisfaction score,csat,rating,満足度,評価",
        clear_to=None,
    ),
    Column(
        "is_escalated", _("Escalated"), to_yes_or_no,
        "escalated,escalation,escalation flag,エスカレーション",
    ),
)  # fmt: skip

KIND = Kind(
    Ticket,
    ("external_id", "customer_id", "subject", "priority", "opened_at", "first_response_at",
     "closed_at", "satisfaction", "is_escalated"),
    {"subject": "", "priority": Ticket.Priority.MEDIUM, "first_response_at": None,
     "closed_at": None, "satisfaction": None, "is_escalated": False},
)  # fmt: skip


def judge(drafts: list[Draft], context: Context) -> None:
    found, customers = known_by_key(KIND, drafts, context)

    def one(draft: Draft) -> None:
        _check_clock(draft.values)
        values = _with_first_answer(of_customer(draft, customers, found, context))
        settle(KIND, draft, values, found.get(draft.key))

    judged_one_by_one(drafts, context, one)


def _check_clock(values: dict[str, Any]) -> None:
    closed = values.get("closed_at")
    if closed and closed < values["opened_at"]:
        raise Rejected("closed_at", "answer_before_opening")


def _with_first_answer(values: dict[str, Any]) -> dict[str, Any]:
    minutes = values.pop("first_response_minutes", None)
    if minutes is not None and "first_response_at" not in values:
        values["first_response_at"] = values["opened_at"] + timedelta(minutes=minutes)
    return values


def save(drafts: list[Draft], context: Context) -> None:
    save_records(KIND, drafts, context)


def take_back(row_ids: list[int]) -> list[int]:
    return [*restore(KIND, row_ids), *remove(KIND, row_ids, lambda ids: set())]


TICKETS = Noun("tickets", _("Support tickets"), COLUMNS, judge, save, take_back, fills=[Ticket])
