"""The portfolio: which customers a list shows, in which order, one page of it.

The order comes from an index of the snapshots, so that page 500 costs little more than page 1: the
ids of one page are found first, and only these rows are then read in full. How many there are in
all is never counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, F, Func, Model, OrderBy, Q, QuerySet

from accounts.models import User
from customers.models import Customer
from lib.days import day_start
from lib.paging import Page, page_of
from lib.searching import search_key
from metrics.models import Snapshot
from metrics.usage import uses_by_day

SORTS = (
    "health", "-health", "arr", "-arr", "renewal", "nps", "-nps", "usage", "-usage", "touch",
    "name", "-name",
)  # fmt: skip
# What was used more than in the 28 days before.
USAGE_CHANGE = F("usage_28") - F("usage_before_28")
# Of these orders the index stands on the snapshot; the others are of the customer.
BY_SNAPSHOT: dict[str, list[OrderBy | str]] = {
    "health": [F("health_score").asc(nulls_last=True), "customer_id"],
    "-health": [F("health_score").desc(nulls_first=True), "-customer_id"],
    "-arr": ["-mrr", "customer_id"],
    "arr": ["mrr", "-customer_id"],
    "renewal": [F("renews_on").asc(nulls_last=True), "customer_id"],
    "nps": ["nps_score", "customer_id"],
    "-nps": ["-nps_score", "-customer_id"],
    "usage": [USAGE_CHANGE.asc(), "customer_id"],
    "-usage": [USAGE_CHANGE.desc(), "-customer_id"],
}
# Orders of which those are left out who have no such figure.
OF_KNOWN = {"-health": "health_score", "nps": "nps_score", "-nps": "nps_score"}
BY_CUSTOMER: dict[str, list[OrderBy | str]] = {
    "touch": [F("last_touch_at").asc(nulls_first=True), "id"],
    "name": ["name", "id"],
    "-name": ["-name", "-id"],
}


# Behind so many pages the lines before them are skipped by the order's index alone.
FAR = 20
# So many keys are sorted faster than one in fifty is met along the order of a list.
FEW = 2_000
# What a line of the page shows; an export reads all columns.
LINE = [
    "name", "segment", "stage", "touch", "last_touch_at", "csm__full_name", "csm__email",
    "snapshot__health_band", "snapshot__health_score", "snapshot__health_change_7",
    "snapshot__stale_since", "snapshot__annual_value", "snapshot__renews_on",
    "snapshot__nps_score", "snapshot__usage_28", "snapshot__usage_before_28",
]  # fmt: skip


class AlongTheWay(Func):
    """A condition that PostgreSQL may not turn into a join, which would lose the order of an index:
    it hashes the keys of the subquery once, and asks the hash on the way along the index.
    """

    template = "(%(expressions)s) IS TRUE"
    output_field = BooleanField()


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

    @property
    def leaves_out_unknown(self) -> bool:
        return self.sort in OF_KNOWN

    @property
    def facts(self) -> dict[str, Any]:
        """What is asked of the customers themselves, as conditions."""
        asked = {"segment": self.segment, "stage": self.stage, "touch": self.touch,
                 "csm_id": self.csm}  # fmt: skip
        return {key: value for key, value in asked.items() if value}


def portfolio_page(user: User, wishes: Wishes, *, number: int, today: date) -> Page[Customer]:
    """One page of what the user may see, with CSM, snapshot and `uses` of 28 days, oldest first."""
    ordered = ordered_keys(user, wishes, today=today, is_far=number > FAR)
    keys = page_of(ordered, number)
    customers = in_order(keys.rows, *LINE)
    uses = uses_by_day(keys.rows, today - timedelta(days=1))
    for customer in customers:
        customer.uses = uses.get(customer.pk, [])  # type: ignore[attr-defined]  # for the page
    return Page(customers, number, keys.has_next)


def ordered_keys(
    user: User, wishes: Wishes, *, today: date, is_far: bool = False
) -> "QuerySet[Model, int]":
    """The ids of all matching customers in the wished order, of which many are skipped if far."""
    wanted = chosen(user, wishes, is_far=is_far)
    if wishes.sort in BY_CUSTOMER:
        met = conditions(wishes, today=today)
        found = Customer.objects.visible_to(user).filter(met, wanted)
        return found.order_by(*BY_CUSTOMER[wishes.sort]).values_list("pk", flat=True)
    met = conditions(wishes, today=today, snapshot="")
    if wishes.sort in OF_KNOWN:
        met &= Q(**{f"{OF_KNOWN[wishes.sort]}__isnull": False})
    snapshots = Snapshot.objects.visible_to(user).filter(met, wanted)
    return snapshots.order_by(*BY_SNAPSHOT[wishes.sort]).values_list("pk", flat=True)


def chosen(user: User, wishes: Wishes, *, is_far: bool) -> Q:
    """Whom facts and search leave: the keys of a few, which are then sorted; of many, the question,
    asked of each on the way along the order of the list, where the next that matches is near.
    """
    if not wishes.facts and not search_key(wishes.text):
        return Q()
    visible = Customer.objects.visible_to(user).filter(**wishes.facts).order_by()
    keys = visible.matching(wishes.text).keys_if_few(FEW)
    if keys is not None:
        return Q(pk__in=keys)
    many = Q(pk__in=visible.containing(wishes.text).values("pk"))
    return Q(AlongTheWay(many)) if is_far else many


def conditions(wishes: Wishes, *, today: date, snapshot: str = "snapshot__") -> Q:
    """What figures and the day leave; the prefix says how to reach the snapshot."""
    met = Q(**{f"{snapshot}health_band": wishes.band}) if wishes.band else Q()
    if wishes.stage != Customer.Stage.CHURNED:
        # Those who left are few and found by their own index: far cheaper than asking everybody.
        gone = Customer.objects.order_by().filter(churned_on__lte=today).values("pk")
        met &= ~Q(pk__in=gone)
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
    visible = Customer.objects.visible_to(user)
    found = visible.filter(met, **wishes.facts).matching(wishes.text)
    # Whoever is new is among the newest: only those are looked at, however many came today.
    newest = found.filter(created_at__gte=since).order_by("-created_at", "-id")[:20]
    new = Customer.objects.filter(pk__in=newest.values("pk"), snapshot__isnull=True)
    return in_order(list(new.order_by("-created_at", "-id").values_list("pk", flat=True)))


def in_chunks(keys: list[int], size: int = 1_000) -> Iterator[list[Customer]]:
    """All of them without having all of them in memory; for exports."""
    for start in range(0, len(keys), size):
        yield in_order(keys[start : start + size])
