"""Cost lines: money spent on some days, and which part of it keeps or wins customers (COST)."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from customers.importing.cells import (
    CellProblem,
    Options,
    number_between,
    one_of,
    to_currency,
    to_day,
    to_id,
    to_number,
    to_text,
)
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import Draft, Rejected
from customers.importing.nouns.belonging import customer_column, known_by_key
from customers.importing.nouns.choices import COST_KINDS
from customers.importing.nouns.noun import Noun
from customers.importing.records import Kind, remove, restore, save_records, settle
from customers.models import CostLine
from customers.models.cost_line import currencies_with_rate

_within = number_between("0", "999999999999999999")
STORED_AMOUNT, STORED_SHARE = Decimal(1).scaleb(-4), Decimal(1).scaleb(-4)


def to_amount(text: str, options: Options) -> Decimal:
    return _within(text, options).quantize(STORED_AMOUNT)


def to_share(text: str, options: Options) -> Decimal:
    """0.25, or the same written as 25%."""
    share = to_number(text, options) / (100 if text.endswith(("%", "％")) else 1)
    if not 0 <= share <= 1:
        raise CellProblem("number_out_of_range", low="0", high="1")
    return share.quantize(STORED_SHARE)


COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "cost id,line id,id,費用ID,コストID,明細ID",
        is_required=True,
    ),
    Column(
        "kind", _("Kind"), one_of(*COST_KINDS), "cost kind,cost type,type,category,種類,費目,区分",
        is_required=True,
    ),
    Column(
        "label", _("What for"), to_text(200),
        "what for,name,description,item,memo,摘要,内容,名称,件名",
        is_required=True,
    ),
    Column(
        "starts_on", _("First day"), to_day,
        "start date,from,start,first day,開始日,期間開始,自",
        is_required=True, is_date=True,
    ),
    Column(
        "until", _("First day without"), to_day, "end date exclusive,first day without,翌日",
        is_date=True,
    ),
    Column("last_day", _("Last day"), to_day, "end date,to,end,終了日,期間終了,至", is_date=True),
    Column(
        "amount", _("Amount"), to_amount, "cost,total,value,金額,費用,合計", is_required=True
    ),
    Column("currency", _("Currency"), to_currency, "currency code,通貨,通貨コード"),
    Column(
        "retention_share", _("Share for keeping customers"), to_share,
        "retention,share for keeping customers,維持割合,維持比率,維持按分",
        is_required=True,
    ),
    Column(
        "acquisition_share", _("Share for winning customers"), to_share,
        "acquisition,share for winning customers,獲得割合,獲得比率,獲得按分",
        clear_to=Decimal(0),
    ),
    customer_column(clear_to=""),
)  # fmt: skip

KIND = Kind(
    CostLine,
    ("external_id", "kind", "label", "starts_on", "until", "amount", "currency",
     "retention_share", "acquisition_share", "customer_id", "author_id"),
    {"acquisition_share": Decimal(0), "customer_id": None, "author_id": None},
)  # fmt: skip


def judge(drafts: list[Draft], context: Context) -> None:
    found, customers = known_by_key(KIND, drafts, context)
    rated = currencies_with_rate()

    def one(draft: Draft) -> None:
        former = found.get(draft.key)
        values = _with_customer(draft.values, customers)
        if former is None:
            values.setdefault("currency", context.options.currency or settings.REPORTING_CURRENCY)
            values["author_id"] = context.user.pk if context.user else None
        values = _with_until(values, former)
        whole = {**KIND.defaults, **(former or {}), **values}
        _check(values, whole)
        if whole["currency"] not in rated:
            raise Rejected("currency", "no_rate")
        context.once(draft.key)
        settle(KIND, draft, values, former)

    judged_one_by_one(drafts, context, one)


def _with_customer(given: Mapping[str, Any], customers: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(given)
    if (name := values.pop("customer", None)) is None:
        return values
    if name and name not in customers:
        raise Rejected("customer", "unknown_customer")
    return {**values, "customer_id": customers[name]["pk"] if name else None}


def _with_until(given: Mapping[str, Any], former: Mapping[str, Any] | None) -> dict[str, Any]:
    """The end may be written either way; a new line needs one."""
    values = dict(given)
    last_day = values.pop("last_day", None)
    if last_day is not None and "until" not in values:
        values["until"] = last_day + timedelta(days=1)
    if former is None and "until" not in values:
        raise Rejected("last_day", "needs_end")
    return values


def _check(given: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
    """What no column knows by itself; `whole` is the line as it would be stored."""
    if whole["until"] <= whole["starts_on"]:
        raise Rejected("until" if "until" in given else "starts_on", "ends_before_start")
    if whole["retention_share"] + whole["acquisition_share"] > 1:
        raise Rejected("acquisition_share", "shares_too_high")


def save(drafts: list[Draft], context: Context) -> None:
    save_records(KIND, drafts, context)


def take_back(row_ids: list[int]) -> list[int]:
    return [*restore(KIND, row_ids), *remove(KIND, row_ids, lambda ids: set())]


COST_LINES = Noun(
    "cost_lines", _("Cost lines"), COLUMNS, judge, save, take_back,
    needs=Permission.MANAGE_COSTS, scope="costs",
)  # fmt: skip
