"""Customers: one row is one company, known by its external id."""

from functools import partial
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from customers.importing.cells import (
    one_of,
    to_country,
    to_currency,
    to_day,
    to_domain,
    to_id,
    to_text,
    to_yes_or_no,
    whole_between,
)
from customers.importing.columns import KEEP, Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import CHANGED, Draft, Rejected
from customers.importing.nouns import parents
from customers.importing.nouns.choices import CHURN_REASONS, LANGUAGES, STAGES, TOUCHES
from customers.importing.nouns.noun import Noun, Reader
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
from customers.models import Customer, UsageEvent
from lib.days import add_months
from lib.money import reporting_currency
from lib.searching import search_key

COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "id,customer id,account id,company id,customer code,code,顧客ID,顧客コード,"
        "取引先コード,得意先コード,会社ID,企業ID,お客様番号,顧客番号",
        is_required=True,
    ),
    Column(
        "name", _("Name"), to_text(200),
        "customer name,account name,company name,company,customer,account,顧客名,会社名,"
        "取引先名,得意先名,企業名,社名,名称",
    ),
    Column(
        "kana", _("Reading"), to_text(200),
        "reading,furigana,name kana,フリガナ,ふりがな,カナ,会社名カナ,読み,よみがな",
        clear_to="",
    ),
    Column(
        "domain", _("Domain"), to_domain,
        "website,web site,url,homepage,ドメイン,ウェブサイト,ホームページ",
        clear_to="",
    ),
    Column(
        "segment", _("Segment"), to_text(50),
        "plan tier,tier,size,category,セグメント,区分,規模,顧客区分",
        clear_to="",
    ),
    Column(
        "stage", _("Lifecycle stage"), one_of(*STAGES),
        "lifecycle stage,lifecycle,status,ステージ,フェーズ,ライフサイクル",
    ),
    Column(
        "touch", _("Touch tier"), one_of(*TOUCHES),
        "touch tier,touch model,タッチ,タッチ層,タッチモデル",
    ),
    Column(
        "csm", _("CSM"), to_text(254),
        "csm email,owner,owner email,account manager,customer success manager,担当,担当者,"
        "担当CSM,営業担当",
        clear_to=None,
    ),
    Column("team", _("Team"), to_text(100), "department,チーム,部署,担当部署", clear_to=None),
    Column(
        "parent", _("Parent (external id)"), to_id,
        "parent id,parent account,parent company,親会社,親会社ID,親顧客,親顧客ID",
        clear_to=None,
    ),
    Column("industry", _("Industry"), to_text(100), "sector,vertical,業種,業界,産業", clear_to=""),
    Column(
        "country", _("Country"), to_country,
        "country code,billing country,国,国名,国コード",
        clear_to="",
    ),
    Column("language", _("Language"), one_of(*LANGUAGES), "locale,lang,言語"),
    Column("currency", _("Currency"), to_currency, "currency code,通貨,通貨コード"),
    Column(
        "started_on", _("Customer since"), to_day,
        "signup date,sign up date,start date,customer since,created,created at,created date,"
        "contract start,契約開始日,契約日,開始日,取引開始日,登録日,利用開始日",
        clear_to=None, is_date=True,
    ),
    Column(
        "tenure_months", _("Months as a customer"), whole_between(0, 1_200),
        "tenure,tenure in months,months,契約月数,継続月数,利用月数",
    ),
    Column(
        "churned_on", _("Churned on"), to_day,
        "churn date,churned at,cancellation date,cancelled on,end date,解約日,退会日,"
        "契約終了日,終了日",
        clear_to=None, is_date=True,
    ),
    Column(
        "is_churned", _("Has churned (yes or no)"), to_yes_or_no,
        "churn,churned,cancelled,解約,解約済,解約有無,退会",
    ),
    Column(
        "churn_reason", _("Churn reason"), one_of(*CHURN_REASONS),
        "reason,cancellation reason,解約理由,退会理由",
        clear_to="",
    ),
)  # fmt: skip

KIND = Kind(
    Customer,
    ("external_id", "name", "kana", "domain", "segment", "stage", "touch", "csm_id", "team_id",
     "parent_id", "industry", "country", "language", "currency", "attributes", "started_on",
     "churned_on", "churn_reason", "search_text"),
    {"kana": "", "domain": "", "segment": "", "stage": Customer.Stage.ADOPTING,
     "touch": Customer.Touch.LOW, "csm_id": None, "team_id": None, "parent_id": None,
     "industry": "", "country": "", "language": "en", "currency": "", "attributes": {},
     "started_on": None, "churned_on": None, "churn_reason": ""},
    change_stamps=("updated_at",),
)  # fmt: skip


def judge(drafts: list[Draft], context: Context) -> None:
    named = [draft.values.get("external_id", "") for draft in drafts]
    found = existing(KIND, named, lock=context.is_saving)
    above = [str(draft.values["parent"]) for draft in drafts if draft.values.get("parent")]
    reachable = context.customers_named([*named, *above])

    def one(draft: Draft) -> None:
        key = draft.key = draft.values["external_id"]
        record = found.get(key)
        if record is not None and key not in reachable:
            raise Rejected("external_id", "unknown_customer")
        values = _values(draft, record, context)
        _place_under_parent(draft, values, reachable, context)
        _check_dates(draft, {**(record or {}), **values})
        context.once(key)
        _complete(values, record, key, context)
        settle(KIND, draft, values, record)
        if draft.values.get("parent") and "parent_id" not in values:
            _wait_for_parent(draft, values, record)

    judged_one_by_one(drafts, context, one)


def _values(draft: Draft, record: dict[str, Any] | None, context: Context) -> dict[str, Any]:
    """Cells as columns of the table: people and teams as ids, months as days."""
    values = {name: value for name, value in draft.values.items() if name in KIND.fields}
    if "csm" in draft.values:
        values["csm_id"] = _csm(draft.values["csm"], context)
    elif record is None and not context.sees_every_customer and context.user:
        values["csm_id"] = context.user.pk
    if "team" in draft.values:
        values["team_id"] = _team(draft.values["team"], context)
    if "attributes" in values:
        merged = {**(record["attributes"] if record else {}), **values["attributes"]}
        values["attributes"] = {key: value for key, value in merged.items() if value is not None}
    _from_snapshot(draft, values, record, context)
    return values


def _from_snapshot(
    draft: Draft, values: dict[str, Any], record: dict[str, Any] | None, context: Context
) -> None:
    """Months as a customer and "has churned" are true on the day the file was made."""
    needed = [name for name in ("tenure_months", "is_churned") if name in draft.values]
    if not needed:
        return
    as_of = context.options.as_of
    if as_of is None:
        raise Rejected(needed[0], "as_of_missing")
    if "tenure_months" in draft.values and "started_on" not in values:
        values["started_on"] = add_months(as_of, -draft.values["tenure_months"])
    known = values.get("churned_on") or (record or {}).get("churned_on")
    if draft.values.get("is_churned") and not known:
        values["churned_on"] = as_of
    elif draft.values.get("is_churned") is False and "churned_on" not in values:
        values["churned_on"] = None
    if values.get("churned_on") and "stage" not in values:
        values["stage"] = Customer.Stage.CHURNED


def _csm(name: str | None, context: Context) -> int | None:
    pk = context.users.get(name.casefold()) if name else None
    if name and pk is None:
        raise Rejected("csm", "unknown_csm")
    if not context.sees_every_customer and context.user and pk != context.user.pk:
        raise Rejected("csm", "csm_not_you")
    return pk


def _team(name: str | None, context: Context) -> int | None:
    pk = context.teams.get(name.casefold()) if name else None
    if name and pk is None:
        raise Rejected("team", "unknown_team")
    return pk


def _place_under_parent(
    draft: Draft, values: dict[str, Any], reachable: dict[str, Any], context: Context
) -> None:
    """A parent stands in the database or in the file; one in the file is waited for."""
    parent = draft.values.get("parent", KEEP)
    if parent is KEEP:
        return
    if parent == draft.key:
        raise Rejected("parent", "own_parent")
    if parents.is_in_ring(draft.key, context):
        raise Rejected("parent", "parent_ring")
    if parent is None or parent in reachable:
        values["parent_id"] = reachable[parent]["pk"] if parent else None
    elif hash(parent) not in context.seen and not parents.is_below(parent, context):
        raise Rejected("parent", "unknown_parent")


def _check_dates(draft: Draft, values: dict[str, Any]) -> None:
    started, churned = values.get("started_on"), values.get("churned_on")
    if started and churned and churned < started:
        raise Rejected("churned_on", "churn_before_start")


def _complete(
    values: dict[str, Any], record: dict[str, Any] | None, key: str, context: Context
) -> None:
    if record is None:
        values.setdefault("name", key)
        values.setdefault("currency", context.options.currency or reporting_currency())
    whole = {**(record or KIND.defaults), **values}
    values["search_text"] = search_key(whole["name"], whole["kana"], whole["domain"], key)


def _wait_for_parent(draft: Draft, values: dict[str, Any], record: dict[str, Any] | None) -> None:
    """Its parent is not stored yet; a customer there is changes also if nothing else does."""
    if record is not None:
        draft.verdict = CHANGED
        draft.before["parent_id"] = record["parent_id"]
        draft.record = {name: values.get(name, record[name]) for name in KIND.fields}
        draft.record["parent_id"] = None


def save(drafts: list[Draft], context: Context) -> None:
    """Children of a parent in the same chunk are written after it, of one further down without."""
    waiting = [draft for draft in drafts if parents.is_waiting(draft)]
    ready = [draft for draft in drafts if not parents.is_waiting(draft)]
    while ready:
        save_records(KIND, ready, context)
        found = context.customers_named(str(draft.values["parent"]) for draft in waiting)
        ready = [draft for draft in waiting if draft.values["parent"] in found]
        waiting = [draft for draft in waiting if draft.values["parent"] not in found]
        for draft in ready:
            draft.record["parent_id"] = found[draft.values["parent"]]["pk"]
    if waiting:
        save_records(KIND, waiting, context)
        parents.note_waiting(waiting, context)


def in_use(customer_ids: list[int]) -> set[int]:
    """Customers that something has been recorded for: facts, work, or answers of their people.

    Conclusions (they hang on no contact and live above) may go with the customer.
    """
    events = UsageEvent.objects.filter(customer_id__in=customer_ids)
    used = set(events.values_list("customer_id", flat=True).distinct())
    return used | named_by(Customer, customer_ids, _is_fact)


def _is_fact(model: type[Model]) -> bool:
    fields = {field.name for field in model._meta.get_fields()}
    is_ours = model._meta.app_label == Customer._meta.app_label
    return not is_audit(model) and (is_ours or "contact" in fields)


def take_back(row_ids: list[int]) -> list[int]:
    """Again and again while something goes, because a parent can only go after its children."""
    done = restore(KIND, row_ids)
    while gone := remove(KIND, [pk for pk in row_ids if pk not in set(done)], in_use):
        done += gone
    return done


def look_ahead(read: Reader, context: Context) -> None:
    parents.find_parents_below(read, context, judge)


CUSTOMERS = Noun("customers", _("Customers"),
    COLUMNS, judge, save, take_back,
    look_ahead=look_ahead, tie_up=partial(parents.tie_up, KIND),
    untie=partial(parents.untie, KIND), takes_attributes=True, fills=[Customer],
)  # fmt: skip
