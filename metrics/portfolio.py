"""The portfolio: which customers a list shows, in which order, one page of it.

The order comes from an index of the snapshots, so that page 500 costs little more than page 1: the
ids of one page are found first, and only these rows are then read in full. How many there are in
all is never counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Model, OrderBy, Q, QuerySet

from accounts.models import User
from customers.models import Customer
from customers.querysets import CustomerQuerySet
from lib.days import day_start
from lib.paging import Page, page_of
from lib.searching import search_key
from metrics.models import Snapshot
from metrics.usage import uses_by_day

SORTS = ("health", "-health", "arr", "-arr", "renewal", "touch", "name", "-name")
# Of these orders the index stands on the snapshot; the others are of the customer.
BY_SNAPSHOT: dict[str, list[OrderBy | str]] = {
    "health": [F("health_score").asc(nulls_last=True), "customer_id"],
    "-health": [F("health_score").desc(nulls_first=True), "-customer_id"],
    "-arr": ["-mrr", "customer_id"],
    "arr": ["mrr", "-customer_id"],
    "renewal": [F("renews_on").asc(nulls_last=True), "customer_id"],
}
BY_CUSTOMER: dict[str, list[OrderBy | str]] = {
    "touch": [F("last_touch_at").asc(nulls_first=True), "id"],
    "name": ["name", "id"],
    "-name": ["-name", "-id"],
}


# So many keys are sorted faster than one in fifty is met along the order of a list.
FEW = 2_000
# What a line of the page shows; an export reads all columns.
LINE = [
    "name", "segment", "stage", "touch", "last_touch_at", "csm__full_name", "csm__email",
    "snapshot__health_band", "snapshot__health_score", "snapshot__health_change_7",
    "snapshot__stale_since", "snapshot__annual_value", "snapshot__renews_on",
    "snapshot__nps_score", "snapshot__usage_28",
]  # fmt: skip


@dataclass(frozen=True)
class Wishes:
    """What somebody asked of the list. Empty means everything; `band` and the like are keys."""

    text: str = ""
    segment: str = ""
    stage: str = ""
    touch: str = ""
    band: str = ""
    csm: int | None = None
    renewing_within: int | None = None
    sort: str = "health"

    @property
    def is_narrowed(self) -> bool:
        return self != Wishes(sort=self.sort)


def portfolio_page(user: User, wishes: Wishes, *, number: int, today: date) -> Page[Customer]:
    """One page of what the user may see, with CSM, snapshot and `uses` of 28 days, oldest first."""
    keys = page_of(ordered_keys(user, wishes, today=today), number)
    customers = in_order(keys.rows, *LINE)
    uses = uses_by_day(keys.rows, today - timedelta(days=1))
    for customer in customers:
        customer.uses = uses.get(customer.pk, [])  # type: ignore[attr-defined]  # for the page
    return Page(customers, number, keys.has_next)


def ordered_keys(user: User, wishes: Wishes, *, today: date) -> "QuerySet[Model, int]":
    """The ids of all matching customers in the wished order."""
    searched = Q(pk__in=named(user, wishes)) if search_key(wishes.text) else Q()
    if wishes.sort in BY_CUSTOMER:
        met = conditions(wishes, today=today)
        found = Customer.objects.visible_to(user).filter(met, searched)
        return found.order_by(*BY_CUSTOMER[wishes.sort]).values_list("pk", flat=True)
    met = conditions(wishes, today=today, customer="customer__", snapshot="")
    scored = Q(health_score__isnull=False) if wishes.sort == "-health" else Q()
    snapshots = Snapshot.objects.visible_to(user).filter(met, searched, scored)
    return snapshots.order_by(*BY_SNAPSHOT[wishes.sort]).values_list("pk", flat=True)


def named(user: User, wishes: Wishes) -> "list[int] | CustomerQuerySet":
    """The customers a search finds: the keys of a few; of many, the question, to be asked of each
    on the way along the order of the list, where the next that matches is never far.
    """
    visible = Customer.objects.visible_to(user)
    keys = visible.matching(wishes.text).keys_if_few(FEW)
    return visible.containing(wishes.text).order_by() if keys is None else keys


def conditions(
    wishes: Wishes, *, today: date, customer: str = "", snapshot: str = "snapshot__"
) -> Q:
    """The filters as conditions; the prefixes say how to reach customer and snapshot."""
    customer_key = "customer_id" if customer else "pk"
    exact = {
        f"{customer}segment": wishes.segment,
        f"{customer}stage": wishes.stage,
        f"{customer}touch": wishes.touch,
        f"{customer}csm_id": wishes.csm,
        f"{snapshot}health_band": wishes.band,
    }
    met = Q(**{key: value for key, value in exact.items() if value})
    if wishes.stage != Customer.Stage.CHURNED:
        # Those who left are few and found by their own index: far cheaper than asking everybody.
        gone = Customer.objects.order_by().filter(churned_on__lte=today).values("pk")
        met &= ~Q(**{f"{customer_key}__in": gone})
    if wishes.renewing_within is not None:
        end = today + timedelta(days=wishes.renewing_within)
        met &= Q(**{f"{snapshot}renews_on__range": (today, end)})
    return met


def in_order(keys: list[int], *columns: str) -> list[Customer]:
    """The customers of these ids, in this order, each with its CSM and snapshot.

    Without `columns` all of them are read.
    """
    found = Customer.objects.select_related("csm", "snapshot").only(*columns).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def newcomers(user: User, wishes: Wishes, *, closed_day: date | None) -> list[Customer]:
    """Customers that came after the last closed day, and so have no snapshot yet; at most 20."""
    if closed_day is None or wishes.sort in BY_CUSTOMER or wishes.band:
        return []
    since = day_start(closed_day + timedelta(days=1))
    met = conditions(wishes, today=closed_day)
    found = Customer.objects.visible_to(user).filter(met).matching(wishes.text)
    # Whoever is new is among the newest: only those are looked at, however many came today.
    newest = found.filter(created_at__gte=since).order_by("-created_at", "-id")
    keys = newest.values_list("pk", "snapshot__pk")[:20]
    return in_order([key for key, snapshot in keys if snapshot is None])


def in_chunks(keys: list[int], size: int = 1_000) -> Iterator[list[Customer]]:
    """All of them without having all of them in memory; for exports."""
    for start in range(0, len(keys), size):
        yield in_order(keys[start : start + size])
