"""What figures take from files: features, our own people, and what is taken for granted (ENG, LTV).

Features and insiders say what counts as use of the product. After a file of them the next night
counts the last 28 days again, as after a change on the page, and the days before follow night by
night (metrics/counting_again.py).
"""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from customers.importing.cells import (
    CellProblem,
    Options,
    number_between,
    one_of,
    to_day,
    to_text,
    to_yes_or_no,
    whole_between,
)
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.dated_values import DatedValue
from customers.importing.drafts import Draft, Rejected
from customers.importing.nouns.choices import words
from customers.importing.nouns.noun import Noun
from customers.importing.records import Kind, existing, remove, restore, save_records, settle
from lib.days import today
from metrics.counting_again import count_again
from metrics.models import Assumption, Feature, Insider

_SEPARATORS = re.compile(r"[;,|、；，]")
STORED_VALUE = Decimal(1).scaleb(-6)
ASSUMPTION_NAMES = words(Assumption.Name, {
    "gross_margin": "margin,粗利率,売上総利益率", "discount_rate": "割引率",
    "horizon_months": "horizon,期間(月)",
})  # fmt: skip
_value_within = number_between("0", "9999999999999999")


def to_plans(text: str, options: Options) -> list[str]:
    """Names parted by commas or semicolons."""
    plans = [name.strip() for name in _SEPARATORS.split(text) if name.strip()]
    if too_long := next((name for name in plans if len(name) > 100), ""):
        raise CellProblem("too_long", limit=100, length=len(too_long))
    return plans


def to_value(text: str, options: Options) -> Decimal:
    return _value_within(text, options).quantize(STORED_VALUE)


def to_mark(text: str, options: Options) -> str:
    if text == "@":
        raise CellProblem("required")
    return str(to_text(254)(text, options))


FEATURE_COLUMNS = (
    Column("event", _("Event"), to_text(200), "feature,event name,id,イベント,機能,操作",
           is_required=True),
    Column("label", _("Name"), to_text(100), "name,feature name,title,名称,機能名,表示名",
           clear_to=""),
    Column("is_value", _("Is of value"), to_yes_or_no, "value,of value,value event,価値"),
    Column("is_core", _("Is a core feature"), to_yes_or_no, "core,core feature,主要,主要機能"),
    Column("uses_needed", _("Uses needed"), whole_between(1, 1_000_000),
           "needed,uses,threshold,必要回数"),
    Column("plans", _("Plans that include it"), to_plans, "plan,entitled plans,対象プラン,プラン",
           clear_to=[]),
)  # fmt: skip
FEATURE = Kind(
    Feature,
    ("event", "label", "is_value", "is_core", "uses_needed", "plans"),
    {"label": "", "is_value": True, "is_core": False, "uses_needed": 3, "plans": []},
    new_stamps=("found_at",),
    key="event",
)
INSIDER_COLUMNS = (
    Column("mark", _("Person's id, e-mail address or @domain"), to_mark,
           "insider,person,person id,email,domain,id,社内,メール,ドメイン", is_required=True),
    Column("note", _("Note"), to_text(200), "comment,reason,メモ,備考", clear_to=""),
)  # fmt: skip
INSIDER = Kind(Insider, ("mark", "note"), {"note": ""}, key="mark")
ASSUMPTION_COLUMNS = (
    Column("name", _("Assumption"), one_of(*ASSUMPTION_NAMES), "assumption,名称,前提",
           is_required=True),
    Column("effective_on", _("Effective from"), to_day,
           "effective from,date,from,start date,effective date,valid from,適用開始日,開始日,日付",
           is_required=True, is_date=True),
    Column("value", _("Value"), to_value, "amount,rate,値,数値", is_required=True),
)  # fmt: skip


def noun_of(kind: Kind, name: str, label: Any, columns: tuple[Column, ...]) -> Noun:
    """A list of what counts as use, each entry known by its own words."""

    def judge(drafts: list[Draft], context: Context) -> None:
        for draft in drafts:
            draft.key = draft.values.get(kind.key, "")
        found = existing(kind, (draft.key for draft in drafts), lock=context.is_saving)

        def one(draft: Draft) -> None:
            context.once(draft.key)
            settle(kind, draft, dict(draft.values), found.get(draft.key))

        judged_one_by_one(drafts, context, one)

    def save(drafts: list[Draft], context: Context) -> None:
        save_records(kind, drafts, context)

    def take_back(row_ids: list[int]) -> list[int]:
        count_again(today())
        return [*restore(kind, row_ids), *remove(kind, row_ids, lambda ids: set())]

    return Noun(
        name, label, columns, judge, save, take_back, tie_up=lambda context: count_again(today()),
        needs=Permission.MANAGE_COSTS, scope="costs",
    )  # fmt: skip


def check_assumption(draft: Draft, context: Context) -> None:
    most = Assumption.MOST.get(draft.values["name"])
    if most is not None and draft.values["value"] > most:
        raise Rejected("value", "number_out_of_range", low="0", high=str(most))
    if context.user is not None:
        draft.values["author_id"] = context.user.pk


ASSUMED = DatedValue(Assumption, ("name", "effective_on"), "value", check_assumption)
OF_METRICS = (
    noun_of(FEATURE, "features", _("Features"), FEATURE_COLUMNS),
    noun_of(INSIDER, "insiders", _("Our own people and bots"), INSIDER_COLUMNS),
    Noun(
        "assumptions", _("Assumptions"), ASSUMPTION_COLUMNS, ASSUMED.judge, ASSUMED.save,
        ASSUMED.take_back, needs=Permission.MANAGE_COSTS, scope="costs",
    ),
)  # fmt: skip
