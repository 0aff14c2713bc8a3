"""The ledger as reported: closed months stay, late facts stand in the open month (GEN-4, rule J).

Months are closed one after the other, so what was reported is a chain: the lines of each closed
month as they were, then the open days as they are now. Where a customer's balance at the end of the
last closed month is another by now, one line in the open month makes up for it, on the day the
first late fact was recorded: that is the prior period adjustment. Kinds of open lines follow from
the balance that was reported. Before the first closed month nothing was reported: those days are
as they are. Only of customers whose balance at its beginning is another by now they are as known
when it was closed, so that what was learned since stands in the open month alone; where that cannot
be told any more (an import was taken back), one line at their end makes up for it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection

from lib.days import add_months
from metrics.models import ClosedMonth, RevenueMovement
from metrics.revenue.facts_then import facts_recorded_before
from metrics.revenue.ledger import BATCH, book_into

ADJUSTMENT = "prior_period_adjustment"
NOTHING = Decimal(0)

# Customers whose reported lines, or whose balances at the borders, are not those of today.
DIFFERING = """
    CREATE TEMP TABLE known_customer AS
    SELECT customer_id FROM (
        (SELECT customer_id, day, kind, amount, reason FROM metrics_closedline
            WHERE kind <> 'opening'
        EXCEPT ALL
        SELECT customer_id, day, kind, amount, reason FROM public.metrics_revenuemovement
            WHERE day >= '{first}' AND day < '{open}')
        UNION ALL
        (SELECT customer_id, day, kind, amount, reason FROM public.metrics_revenuemovement
            WHERE day >= '{first}' AND day < '{open}'
        EXCEPT ALL
        SELECT customer_id, day, kind, amount, reason FROM metrics_closedline
            WHERE kind <> 'opening')
    ) lines
    UNION
    SELECT customer_id FROM (
        SELECT customer_id, amount FROM metrics_closedline
        WHERE kind = 'opening' AND day = '{first}'
        UNION ALL
        SELECT customer_id, -amount FROM public.metrics_revenuemovement WHERE day < '{first}'
    ) openings GROUP BY customer_id HAVING sum(amount) <> 0;
    CREATE UNIQUE INDEX ON known_customer (customer_id);
    ANALYZE known_customer;
"""
NOBODY_DIFFERS = "CREATE TEMP TABLE known_customer (customer_id bigint)"
READ = """
    SELECT customer_id, day, kind, reason, plan, amount, natives FROM {table}
    WHERE customer_id IN (SELECT customer_id FROM known_customer) AND {days}
    ORDER BY customer_id, day, kind <> 'fx', kind
"""
# The day on which the first fact about a closed day was learned after closing.
LEARNED = """
    SELECT s.customer_id, min(v.recorded_at AT TIME ZONE %(zone)s)::date
    FROM customers_subscriptionversion v JOIN customers_subscription s ON s.id = v.subscription_id
    WHERE v.recorded_at >= %(cut_off)s AND v.effective_on < %(open)s
        AND s.customer_id IN (SELECT customer_id FROM known_customer)
    GROUP BY 1
"""
RATES_LEARNED = """
    SELECT min(recorded_at AT TIME ZONE %(zone)s)::date FROM customers_exchangerateevent
    WHERE recorded_at >= %(cut_off)s AND month < %(open)s
"""
THEN = "CREATE TEMP TABLE then_movement (LIKE public.metrics_revenuemovement INCLUDING ALL)"
COPY = """
    COPY known_movement (customer_id, day, kind, reason, plan, amount, balance, natives) FROM STDIN
"""


@dataclass(frozen=True)
class Line:
    day: date
    kind: str
    reason: str
    plan: str
    amount: Decimal
    # What the balance is made of in other currencies, as text.
    natives: str | None = None
    balance: Decimal = NOTHING


@dataclass(frozen=True)
class Chain:
    """The closed months, which follow each other without a gap: `[first, open)`."""

    first: date
    open: date
    oldest: ClosedMonth
    newest: ClosedMonth


def closed_chain() -> Chain | None:
    months = list(ClosedMonth.objects.defer("figures").order_by("month"))
    if not months:
        return None
    return Chain(months[0].month, add_months(months[-1].month, 1), months[0], months[-1])


def write_reported(today: date) -> None:
    """Name the customers whose reported lines are not today's, and write theirs down."""
    chain = closed_chain()
    with connection.cursor() as cursor:
        if chain is None:
            cursor.execute(NOBODY_DIFFERS)
            return
        cursor.execute(DIFFERING.format(first=chain.first, open=chain.open))
        cursor.execute("SELECT customer_id FROM known_customer")
        customers = [row[0] for row in cursor.fetchall()]
    before = _lines("public.metrics_revenuemovement", f"day < '{chain.first}'")
    frozen = _lines("metrics_closedline", "kind <> 'opening'")
    opening = _lines("metrics_closedline", f"kind = 'opening' AND day = '{chain.first}'")
    now = _lines("public.metrics_revenuemovement", f"day >= '{chain.first}'")
    learned = _learned(chain)
    others = [c for c in customers if _sum(before[c]) != _sum(opening[c])]
    then = _before_closing(others, chain)
    with connection.cursor() as cursor, cursor.copy(COPY) as into:
        for customer in customers:
            first_days = before[customer]
            if customer in then and _sum(then[customer]) == _sum(opening[customer]):
                first_days = then[customer]
            started = _to_opening(first_days, opening[customer], chain)
            reported = [*started, *frozen[customer]]
            day = min(max(learned[customer], chain.open), max(today, chain.open))
            restated = [*before[customer], *now[customer]]
            reported += _open_lines(reported, restated, (chain.open, day))
            for line in balanced(reported):
                into.write_row((customer, line.day, line.kind, line.reason, line.plan, line.amount,
                                line.balance, line.natives))  # fmt: skip


def _lines(table: str, days: str) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(READ.format(table=table, days=days))
        for customer, *line in cursor.fetchall():
            found[customer].append(Line(*line))
    return found


def _learned(chain: Chain) -> dict[int, date]:
    values = {
        "zone": settings.REPORTING_TIME_ZONE, "cut_off": chain.newest.cut_off, "open": chain.open
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(RATES_LEARNED, values)
        by_rates = cursor.fetchone()[0]
        cursor.execute(LEARNED, values)
        found: dict[int, date] = defaultdict(lambda: by_rates or chain.open)
        found.update(cursor.fetchall())
    return found


def _before_closing(customers: list[int], chain: Chain) -> dict[int, list[Line]]:
    """Their days before the first closed month, as known when it was closed."""
    if not customers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(THEN)
    through = chain.first - timedelta(days=1)
    with facts_recorded_before(chain.oldest.cut_off.isoformat()):
        for first in range(0, len(customers), BATCH):
            book_into("then_movement", customers[first : first + BATCH], through=through)
    found = _lines("then_movement", "true")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.then_movement")
    return {customer: found[customer] for customer in customers}


def _to_opening(before: list[Line], opening: list[Line], chain: Chain) -> list[Line]:
    """The days before the first closed month; they end with what it began with."""
    lacking = _sum(opening) - _sum(before)
    if not lacking:
        return before
    plan = (opening or before)[-1].plan
    return _merged(before, Line(chain.first - timedelta(days=1), "", ADJUSTMENT, plan, lacking))


def _open_lines(reported: list[Line], restated: list[Line], days: tuple[date, date]) -> list[Line]:
    """The lines of the open days, with the adjustment where the balance reported is another.

    `days` are the first open day and the one on which the late fact was learned.
    """
    opens, learned = days
    is_open = [line for line in restated if line.day >= opens]
    closed = [line for line in restated if line.day < opens]
    lacking = _sum(closed) - _sum(reported)
    if not lacking:
        return is_open
    plan = (closed or is_open or reported)[-1].plan
    known = [line for line in restated if line.day <= learned]
    natives = known[-1].natives if known else None
    adjustment = Line(learned, "", ADJUSTMENT, plan, lacking, natives)
    merged = _merged(is_open, adjustment)
    if min(line.balance for line in balanced([*reported, *merged])) < 0:
        # Open lines that already rest upon the late fact need it before them.
        merged = _merged(is_open, replace(adjustment, day=opens))
    return [_until_known(line, adjustment.day) for line in merged]


def _until_known(line: Line, learned: date) -> Line:
    """Kinds follow from the balance that was reported, and so does what it is made of."""
    natives = line.natives if line.day >= learned else None
    return replace(line, kind="fx" if line.kind == "fx" else "", natives=natives)


def _merged(lines: list[Line], adjustment: Line) -> list[Line]:
    """In the order of days, netted with what else moved on the day of the adjustment."""
    same = [x for x in lines if x.day == adjustment.day and x.kind != "fx"]
    amount = adjustment.amount + _sum(same)
    netted = [replace(adjustment, amount=amount, plan=(same or [adjustment])[-1].plan)]
    kept = [x for x in lines if x not in same]
    return sorted([*kept, *(netted if amount else [])], key=lambda x: (x.day, x.kind != "fx"))


def balanced(lines: Iterable[Line]) -> list[Line]:
    """With the balance after each, and with a kind where a line has none yet."""
    balance, has_paid, found = NOTHING, False, []
    for line in lines:
        after = balance + line.amount
        kind = line.kind or _kind(balance, after, has_paid)
        found.append(replace(line, kind=kind, balance=after))
        balance, has_paid = after, has_paid or after > 0
    return found


def _kind(before: Decimal, after: Decimal, has_paid: bool) -> str:
    kinds = RevenueMovement.Kind
    if after > before:
        if before > 0:
            return kinds.EXPANSION
        return kinds.REACTIVATION if has_paid else kinds.NEW
    return kinds.CONTRACTION if after > 0 else kinds.CHURN


def _sum(lines: list[Line]) -> Decimal:
    return sum((line.amount for line in lines), NOTHING)
