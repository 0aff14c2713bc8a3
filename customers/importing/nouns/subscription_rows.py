"""What is stored of subscriptions, as an import compares it, writes it and takes it back."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q
from psycopg import sql

from customers.importing.context import Context
from customers.importing.drafts import CHANGED, NEW, Draft
from customers.models import Discount, ImportRow, Product, Subscription, SubscriptionVersion

VERSION_FIELDS = (
    "effective_on", "plan", "price", "currency", "quantity", "interval", "interval_count",
    "trial_ends_on", "paused_on", "resumes_on", "ends_on", "past_due_since", "renews_on",
    "notice_days", "auto_renews", "reason",
)  # fmt: skip

STAGE = """
    DROP TABLE IF EXISTS import_versions;
    CREATE TEMP TABLE import_versions ON COMMIT DROP AS
    SELECT 0 AS number, ''::text AS verdict, ''::text AS key, '{}'::jsonb AS before, *
    FROM customers_subscriptionversion WITH NO DATA
"""
COPY_VERSIONS = sql.SQL(
    "COPY import_versions (number, verdict, key, before, subscription_id, {names}) FROM STDIN"
)
INSERT_VERSIONS = sql.SQL("""
    WITH written AS (
        INSERT INTO customers_subscriptionversion (subscription_id, recorded_at, {names})
        SELECT subscription_id, %(now)s, {names} FROM import_versions ORDER BY number
        RETURNING id, subscription_id, effective_on
    )
    INSERT INTO customers_importrow (run_id, number, verdict, external_id, record_id, before)
    SELECT %(run)s, s.number, s.verdict, s.key, w.id, s.before
    FROM written w JOIN import_versions s USING (subscription_id, effective_on)
""")

# The stamp of the subscription tells the next night to book its customer anew.
STAMP = """
    UPDATE customers_subscription s SET updated_at = clock_timestamp()
    FROM customers_subscriptionversion v WHERE v.subscription_id = s.id AND v.id = ANY(%s)
"""


@dataclass
class History:
    """The versions of one subscription by day, the last recorded of each day."""

    customer_id: int
    pk: int | None = None
    versions: dict[date, dict[str, Any]] = field(default_factory=dict)
    discounts: dict[date, tuple[Any, ...]] = field(default_factory=dict)

    def of_day(self, day: date) -> dict[str, Any] | None:
        return self.versions.get(day)

    def ruling_on(self, day: date) -> dict[str, Any] | None:
        earlier = [start for start in self.versions if start <= day]
        return self.versions[max(earlier)] if earlier else None

    def first_day(self) -> date | None:
        return min(self.versions, default=None)

    def discount_of(self, day: date, given: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        """What is stored, to compare with what is given; a row without discount compares none."""
        return self.discounts.get(day) if given is not None else None

    def add(self, values: dict[str, Any], discount: tuple[Any, ...] | None) -> None:
        self.versions[values["effective_on"]] = values
        if discount is not None:
            self.discounts[values["effective_on"]] = discount


def histories(keys: Iterable[str], *, lock: bool) -> dict[str, History]:
    rows = Subscription.objects.filter(external_id__in=set(keys)).order_by("pk")
    if lock:
        rows = rows.select_for_update(no_key=True)
    found = {
        key: History(customer_id, pk)
        for key, customer_id, pk in rows.values_list("external_id", "customer_id", "pk")
    }
    by_pk = {history.pk: history for history in found.values()}
    versions = SubscriptionVersion.objects.filter(subscription__in=by_pk).order_by(
        "effective_on", "recorded_at", "pk"
    )
    days = {}
    for row in versions.values("pk", "subscription_id", *VERSION_FIELDS):
        history = by_pk[row.pop("subscription_id")]
        days[row.pop("pk")] = history, row["effective_on"]
        history.versions[row["effective_on"]] = row
    discounts = Discount.objects.filter(version__in=list(days)).order_by("version", "pk")
    for row in discounts.values_list("version_id", "percent", "amount", "starts_on", "ends_on"):
        history, day = days[row[0]]
        history.discounts[day] = row[1:]
    return found


def save(drafts: list[Draft], context: Context) -> None:
    written = [draft for draft in drafts if draft.verdict in {NEW, CHANGED}]
    if not written:
        return
    identities, made = _identities(written)
    names = sql.SQL(", ").join(sql.Identifier(name) for name in VERSION_FIELDS)
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy(COPY_VERSIONS.format(names=names)) as into:
            for draft in written:
                mine = identities[draft.key]
                before = json.dumps({"made": [mine] if draft.key in made else []})
                values = [draft.record[name] for name in VERSION_FIELDS]
                into.write_row((draft.number, draft.verdict, draft.key, before, mine, *values))
        statement = INSERT_VERSIONS.format(names=names).as_string(cursor.connection)
        cursor.execute(statement, {"run": context.run_id, "now": context.now})
    _discounts(written, context)


def _discounts(drafts: list[Draft], context: Context) -> None:
    numbers = {
        draft.number: draft.record["discount"] for draft in drafts if draft.record["discount"]
    }
    rows = ImportRow.objects.filter(run=context.run_id, number__in=numbers)
    Discount.objects.bulk_create(
        Discount(version_id=pk, percent=percent, amount=amount, starts_on=starts, ends_on=ends)
        for number, pk in rows.values_list("number", "record_id")
        if pk is not None
        for percent, amount, starts, ends in [numbers[number]]
    )


def _identities(drafts: list[Draft]) -> tuple[dict[str, int], set[str]]:
    """Subscriptions by external id, made where there are none, and which those are."""
    products = _products(drafts)
    wanted = {draft.key: draft for draft in drafts}
    found = _by_key(wanted)
    made = wanted.keys() - found.keys()
    Subscription.objects.bulk_create(
        Subscription(
            external_id=key,
            customer_id=wanted[key].record["customer_id"],
            product_id=products.get(wanted[key].record["product"] or ""),
        )
        for key in sorted(made)
    )
    for key, draft in wanted.items():
        product = products.get(draft.record["product"] or "")
        if product and key not in made:
            Subscription.objects.filter(pk=found[key]).exclude(product=product).update(
                product=product
            )
    return _by_key(wanted), made


def _by_key(keys: Iterable[str]) -> dict[str, int]:
    rows = Subscription.objects.filter(external_id__in=list(keys))
    return dict(rows.values_list("external_id", "pk"))


def _products(drafts: list[Draft]) -> dict[str, int]:
    """Products by external id or name; unknown names become products."""
    names = {draft.record["product"] for draft in drafts if draft.record["product"]}
    if not names:
        return {}
    known = Product.objects.filter(Q(external_id__in=names) | Q(name__in=names))
    found: dict[str, int] = {}
    for product in known:
        found.setdefault(product.name, product.pk)
        found[product.external_id] = product.pk
    for name in sorted(names - found.keys()):
        product, _made = Product.objects.get_or_create(external_id=name, defaults={"name": name})
        found[name] = product.pk
    return found


def take_back(row_ids: list[int]) -> list[int]:
    """Delete versions, unless they were corrected since, and identities left without any."""
    rows = ImportRow.objects.filter(pk__in=row_ids)
    version_of = dict(rows.values_list("pk", "record_id"))
    free = _uncorrected(list(version_of.values()))
    with connection.cursor() as cursor:
        cursor.execute(STAMP, [free])
        cursor.execute("DELETE FROM customers_discount WHERE version_id = ANY(%s)", [free])
        cursor.execute("DELETE FROM customers_subscriptionversion WHERE id = ANY(%s)", [free])
        made = [
            pk
            for before in rows.values_list("before", flat=True)
            for pk in (before or {}).get("made", [])
        ]
        versions = SubscriptionVersion.objects.filter(subscription__in=made)
        left = set(versions.values_list("subscription_id", flat=True))
        empty = [pk for pk in made if pk not in left]
        cursor.execute("DELETE FROM customers_subscription WHERE id = ANY(%s)", [empty])
    gone = set(free)
    return [row for row, version in version_of.items() if version in gone]


def _uncorrected(version_ids: list[Any]) -> list[int]:
    """Versions of whose day no later one was recorded: nobody has built upon them.

    Plain questions to one table each: right after a big import the planner knows no statistics
    and takes a clever join for a small one.
    """
    ours = SubscriptionVersion.objects.filter(pk__in=version_ids).values_list(
        "pk", "subscription_id", "effective_on", "recorded_at"
    )
    mine = list(ours)
    every = SubscriptionVersion.objects.filter(subscription__in={row[1] for row in mine})
    last: dict[tuple[int, date], Any] = {}
    for subscription, day, moment in every.values_list(
        "subscription_id", "effective_on", "recorded_at"
    ):
        last[subscription, day] = max(moment, last.get((subscription, day), moment))
    return [pk for pk, subscription, day, moment in mine if last[subscription, day] <= moment]
