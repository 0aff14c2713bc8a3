"""Usage: one row is how often and how long a person used a feature on a day.

Rows become usage events. Events are never changed, only added and, by an undo, withdrawn; every
day that is touched is marked for a recount. The source of an imported event is the negative
number of its import (programs that send events have positive ones), so that an undo finds it.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from customers.importing.cells import to_id, to_moment, to_text, whole_between
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import NEW, UNCHANGED, Draft, Rejected
from customers.importing.nouns.belonging import customer_column
from customers.importing.nouns.noun import Noun
from customers.importing.rows import note_written
from customers.models import ImportRow, Subscription
from customers.models.usage_event import USAGE_EVENTS
from lib.days import day_bounds, local_day
from lib.partitions import make_partitions

COLUMNS = (
    Column("external_id", _("Row id"), to_id, "usage id,event id,id,message id,利用ID,イベントID"),
    customer_column(),
    Column(
        "subscription", _("Subscription (external id)"), to_id,
        "subscription id,contract id,契約ID,契約番号",
    ),
    Column(
        "occurred_at", _("Day or moment"), to_moment,
        "date,day,usage date,timestamp,time,event time,used at,日付,利用日,日時,利用日時",
        is_required=True, is_date=True,
    ),
    Column(
        "person", _("Person"), to_text(200),
        "user id,user,person id,contact id,email,ユーザーID,ユーザー,利用者,利用者ID",
    ),
    Column(
        "name", _("Feature"), to_text(200),
        "feature name,feature,event,event name,action,機能,機能名,イベント,操作",
    ),
    Column(
        "quantity", _("How often"), whole_between(0, 2_000_000_000),
        "usage count,count,events,times,回数,利用回数,件数",
    ),
    Column(
        "seconds", _("Seconds"), whole_between(0, 2_000_000_000),
        "usage duration secs,duration,duration seconds,seconds,time spent,秒数,利用秒数,"
        "利用時間(秒)",
    ),
)  # fmt: skip

NAMESPACE = uuid.UUID("6a0f4b3e-1d0c-5a53-9c3f-2f7d8c0d5b11")
KEPT = timedelta(days=3_653)
AHEAD = timedelta(days=1)
COPY_EVENTS = (
    "COPY import_events (number, customer_id, client_ts, event_id, source_id, message_id, person,"
    " kind, name, quantity, seconds, occurred_at) FROM STDIN"
)
STORED = """
    SELECT e.customer_id, e.client_ts, e.event_id, e.name, e.person, e.quantity, e.seconds
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::uuid[]) AS k (customer_id, client_ts, event_id)
    JOIN customers_usageevent e USING (customer_id, client_ts, event_id)
    WHERE e.client_ts BETWEEN %s AND %s
"""
INSERT_EVENTS = """
    INSERT INTO customers_usageevent (customer_id, client_ts, event_id, source_id, message_id,
        person, kind, name, quantity, seconds, occurred_at)
    SELECT customer_id, client_ts, event_id, source_id, message_id, person, kind, name, quantity,
        seconds, occurred_at
    FROM import_events ORDER BY client_ts, customer_id
    ON CONFLICT DO NOTHING
"""
MARK_DAYS = """
    INSERT INTO customers_dirtyday (day, marks, marked_at)
    SELECT day, 1, now() FROM unnest(%s::date[]) AS day ORDER BY day
    ON CONFLICT (day) DO UPDATE SET marks = customers_dirtyday.marks + 1, marked_at = now()
"""


def judge(drafts: list[Draft], context: Context) -> None:
    customers = context.customers_named(draft.values.get("customer", "") for draft in drafts)
    subscriptions = _of_subscriptions(drafts, context)
    events = [_event(draft, customers, subscriptions, context) for draft in drafts]
    stored = _stored([event for event in events if event])
    by_number = {d.number: event for d, event in zip(drafts, events, strict=True)}

    def one(draft: Draft) -> None:
        event = by_number[draft.number]
        assert event is not None  # noqa: S101  # a draft without problems has an event
        key = (event["customer_id"], event["client_ts"], event["event_id"])
        context.once(repr(key))
        figures = (event["name"], event["person"], event["quantity"], event["seconds"])
        if key not in stored:
            draft.verdict, draft.record = NEW, event
        elif stored[key] == figures:
            draft.verdict = UNCHANGED
        else:
            raise Rejected("external_id", "usage_differs")

    judged_one_by_one(drafts, context, one)


def _of_subscriptions(drafts: list[Draft], context: Context) -> dict[str, int]:
    """Customers of subscriptions, as far as the importer may reach them."""
    names = {draft.values["subscription"] for draft in drafts if "subscription" in draft.values}
    rows = Subscription.objects.filter(external_id__in=names)
    if context.user is not None:
        rows = rows.filter(pk__in=Subscription.objects.visible_to(context.user).values("pk"))
    return dict(rows.values_list("external_id", "customer_id"))


def _event(
    draft: Draft, customers: dict[str, Any], subscriptions: dict[str, int], context: Context
) -> dict[str, Any] | None:
    if draft.problems:
        return None
    values = draft.values
    try:
        customer_id = _customer_id(values, customers, subscriptions)
        moment = _moment(values, context.now)
    except Rejected as why:
        context.plan.reject(draft, why)
        return None
    person, name = values.get("person", ""), values.get("name", "")
    sender_id = values.get("external_id") or f"{customer_id} {moment.isoformat()} {person} {name}"
    draft.key = values.get("external_id", "")
    return {
        "customer_id": customer_id,
        "client_ts": moment,
        "event_id": uuid.uuid5(NAMESPACE, sender_id),
        "message_id": sender_id[:200],
        "person": person,
        "name": name,
        "quantity": values.get("quantity", 1),
        "seconds": values.get("seconds", 0),
    }


def _customer_id(
    values: dict[str, Any], customers: dict[str, Any], subscriptions: dict[str, int]
) -> int:
    if "customer" in values:
        if values["customer"] not in customers:
            raise Rejected("customer", "unknown_customer")
        return int(customers[values["customer"]]["pk"])
    if "subscription" in values:
        if values["subscription"] not in subscriptions:
            raise Rejected("subscription", "unknown_subscription")
        return subscriptions[values["subscription"]]
    raise Rejected("customer", "required")


def _moment(values: dict[str, Any], now: datetime) -> datetime:
    moment: datetime = values["occurred_at"].astimezone(UTC)
    if not now - KEPT <= moment <= now + AHEAD:
        raise Rejected("occurred_at", "usage_too_old_or_new")
    return moment


def _stored(events: list[dict[str, Any]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    if not events:
        return {}
    keys = [(event["customer_id"], event["client_ts"], event["event_id"]) for event in events]
    customers, moments, ids = (list(column) for column in zip(*keys, strict=True))
    bounds = [min(moments), max(moments)]
    with connection.cursor() as cursor:
        cursor.execute(STORED, [customers, moments, ids, *bounds])
        return {row[:3]: row[3:] for row in cursor.fetchall()}


def prepare(drafts: list[Draft], context: Context) -> None:
    """Make the weeks the rows fall into, before the transaction: it locks the table a moment."""
    weeks = set()
    for draft in drafts:
        moment = draft.values.get("occurred_at")
        if moment and context.now - KEPT <= moment <= context.now + AHEAD:
            weeks.add(USAGE_EVENTS.first_day_of(moment.astimezone(UTC).date()))
    for week in sorted(weeks):
        make_partitions(USAGE_EVENTS, week, week + timedelta(days=1))


def save(drafts: list[Draft], context: Context) -> None:
    new = [draft for draft in drafts if draft.verdict == NEW]
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS import_events;"
            "CREATE TEMP TABLE import_events ON COMMIT DROP AS"
            " SELECT 0 AS number, * FROM customers_usageevent WITH NO DATA"
        )
        with cursor.copy(COPY_EVENTS) as into:
            for draft in new:
                e = draft.record
                into.write_row(
                    (draft.number, e["customer_id"], e["client_ts"], e["event_id"], -context.run_id,
                     e["message_id"], e["person"], "track", e["name"], e["quantity"], e["seconds"],
                     e["client_ts"])
                )  # fmt: skip
        cursor.execute(INSERT_EVENTS)
    _mark_and_note(new, context)


def _mark_and_note(new: list[Draft], context: Context) -> None:
    """One import row for each day is enough to take the events back."""
    days: dict[str, Draft] = {}
    for draft in new:
        days.setdefault(local_day(draft.record["client_ts"]).isoformat(), draft)
    with connection.cursor() as cursor:
        cursor.execute(MARK_DAYS, [sorted(days)])
    for day, draft in days.items():
        draft.before = {"day": day}
    note_written(list(days.values()), context.run_id)


def take_back(row_ids: list[int]) -> list[int]:
    """Withdraw the events of whole days of their import."""
    rows = ImportRow.objects.filter(pk__in=row_ids).values_list("pk", "run_id", "before")
    done, days = [], set()
    for pk, run_id, before in rows:
        day = datetime.fromisoformat((before or {})["day"]).date()
        start, end = day_bounds(day)
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM customers_usageevent"
                " WHERE source_id = %s AND client_ts >= %s AND client_ts < %s",
                [-run_id, start, end],
            )
        days.add(day.isoformat())
        done.append(pk)
    with connection.cursor() as cursor:
        cursor.execute(MARK_DAYS, [sorted(days)])
    return done


USAGE = Noun("usage", _("Usage"), COLUMNS, judge, save, take_back, prepare=prepare)
