"""From as reported to restated: why a closed month is another by now, line by line (GEN-4).

reported + Σ differences = restated, for the opening, for each kind of movement and for the closing.
A difference is a line of one customer, day and kind that stands in one of the two ledgers only, or
with another amount. Beside it stands what was recorded of that customer since, and from which file.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.importing.nouns.subscriptions import SUBSCRIPTIONS
from customers.models import Customer, ImportRow, SubscriptionVersion
from lib.days import add_months
from lib.embedding import embedded
from lib.paging import PAGE_SIZE, Page
from metrics.models import ClosedMonth, RevenueMovement

WORDS: dict[str, Promise | str] = {
    "opening": _("Opening"),
    "closing": _("Closing"),
    **{kind.value: kind.label for kind in RevenueMovement.Kind},
}
KINDS = ["opening", *(kind.value for kind in RevenueMovement.Kind)]

# The lines of both ledgers side by side; what was paid before the month is its opening line.
DIFFERENCES = """
    WITH reported AS (
        SELECT customer_id, day, kind, amount FROM metrics_closedline
        WHERE closed_month_id = %(closed)s
    ), restated AS (
        SELECT customer_id, %(start)s::date AS day, 'opening' AS kind, sum(amount) AS amount
        FROM metrics_revenuemovement WHERE day < %(start)s
        GROUP BY customer_id HAVING sum(amount) <> 0
        UNION ALL
        SELECT customer_id, day, kind, amount FROM metrics_revenuemovement
        WHERE day >= %(start)s AND day < %(end)s
    )
    SELECT customer_id, day, kind, coalesce(reported.amount, 0) AS reported,
        coalesce(restated.amount, 0) AS restated
    FROM reported FULL JOIN restated USING (customer_id, day, kind)
"""
DIFFERS = "reported <> restated"
STEPS = f"""
    SELECT kind, sum(reported), sum(restated) FROM ({DIFFERENCES}) lines GROUP BY kind
"""
RATES_SINCE = """
    SELECT h.currency, h.month, h.rate, h.recorded_at, u.full_name
    FROM customers_exchangerateevent h
    LEFT JOIN pghistory_context x ON x.id = h.pgh_context_id
    LEFT JOIN accounts_user u ON u.id::text = x.metadata ->> 'user'
    WHERE h.recorded_at >= %(cut_off)s AND h.month < %(end)s AND h.pgh_label <> 'delete'
    ORDER BY h.pgh_id DESC LIMIT 50
"""


@dataclass(frozen=True)
class Step:
    """Amounts a month, signed: what is lost is negative."""

    kind: str
    reported: Decimal
    restated: Decimal

    @property
    def words(self) -> Promise | str:
        return WORDS[self.kind]

    @property
    def difference(self) -> Decimal:
        return self.restated - self.reported


@dataclass(frozen=True)
class LateFact:
    """`file` is the import it came with, `key` the API key; `who` uploaded, owns or entered it."""

    recorded_at: datetime
    effective_on: date
    subscription: str
    file: str
    import_id: int | None
    key: str
    who: str


@dataclass(frozen=True)
class Difference:
    """`facts` is what was recorded of the customer since; empty where a rate or an undo did it."""

    customer_id: int
    customer: str
    day: date
    kind: str
    reported: Decimal
    restated: Decimal
    facts: list[LateFact]

    @property
    def words(self) -> Promise | str:
        return WORDS[self.kind]

    @property
    def amount(self) -> Decimal:
        return self.restated - self.reported


@dataclass(frozen=True)
class LateRate:
    currency: str
    month: date
    rate: Decimal
    recorded_at: datetime
    who: str | None


def steps_of(closed: ClosedMonth) -> list[Step]:
    """The waterfall of the month twice, from the opening to the closing."""
    with connection.cursor() as cursor:
        cursor.execute(STEPS, _values(closed))
        found = {kind: (reported, restated) for kind, reported, restated in cursor.fetchall()}
    zero = (Decimal(0), Decimal(0))
    steps = [Step(kind, *(_monthly(x) for x in found.get(kind, zero))) for kind in KINDS]
    closing = Step(
        "closing",
        sum((step.reported for step in steps), Decimal(0)),
        sum((step.restated for step in steps), Decimal(0)),
    )
    return [*steps, closing]


def differences_of(closed: ClosedMonth, user: User, number: int) -> Page[Difference]:
    """One page of the lines that differ, the largest first; of customers somebody may see."""
    seen, values = embedded(Customer.objects.visible_to(user).values("pk"), "seen")
    limited = "" if user.sees_every_customer else f"AND customer_id IN ({seen})"
    statement = f"""
        SELECT customer_id, day, kind, reported, restated FROM ({DIFFERENCES}) lines
        WHERE {DIFFERS} {limited}
        ORDER BY abs(restated - reported) DESC, customer_id, day, kind
        LIMIT %(limit)s OFFSET %(offset)s
    """
    page = {"limit": PAGE_SIZE + 1, "offset": (number - 1) * PAGE_SIZE}
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(closed) | values | page)
        rows = cursor.fetchall()
    shown = rows[:PAGE_SIZE]
    facts = _late_facts(closed, {row[0] for row in shown})
    names = dict(
        Customer.objects.filter(pk__in={row[0] for row in shown}).values_list("pk", "name")
    )
    found = [
        Difference(pk, names.get(pk, f"#{pk}"), day, kind, _monthly(was), _monthly(now), facts[pk])
        for pk, day, kind, was, now in shown
    ]
    return Page(found, number, has_next=len(rows) > PAGE_SIZE)


def late_rates(closed: ClosedMonth) -> list[LateRate]:
    """Exchange rates of the month and before that were entered or changed since."""
    with connection.cursor() as cursor:
        cursor.execute(RATES_SINCE, _values(closed))
        return [LateRate(*row) for row in cursor.fetchall()]


def _late_facts(closed: ClosedMonth, customers: set[int]) -> dict[int, list[LateFact]]:
    versions = (
        SubscriptionVersion.objects.filter(
            subscription__customer__in=customers,
            recorded_at__gte=closed.cut_off,
            effective_on__lt=add_months(closed.month, 1),
        )
        .order_by("recorded_at", "pk")
        .values_list(
            "pk", "recorded_at", "effective_on", "subscription__external_id",
            "subscription__customer_id", "recorded_with__name", "recorded_by__full_name",
        )
    )  # fmt: skip
    rows = list(versions)
    files = _files({row[0] for row in rows})
    found: dict[int, list[LateFact]] = defaultdict(list)
    for pk, recorded_at, effective_on, subscription, customer, key, person in rows:
        name, import_id, uploader = files.get(pk, ("", None, ""))
        found[customer].append(
            LateFact(recorded_at, effective_on, subscription, name, import_id, key or "",
                     uploader or person or "")
        )  # fmt: skip
    return found


def _files(versions: set[int]) -> dict[int, tuple[str, int, str]]:
    """The import each version came with, and who uploaded it."""
    rows = ImportRow.objects.filter(
        record_id__in=versions, run__noun=SUBSCRIPTIONS.name
    ).values_list("record_id", "run__file_name", "run_id", "run__uploaded_by__full_name")
    return {record: (name, run, who or "") for record, name, run, who in rows if record is not None}


def _values(closed: ClosedMonth) -> dict[str, Any]:
    return {
        "closed": closed.pk,
        "start": closed.month,
        "end": add_months(closed.month, 1),
        "cut_off": closed.cut_off,
    }


def _monthly(annual: Decimal) -> Decimal:
    return Decimal(annual) / 12
