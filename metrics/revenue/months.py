"""Writing the conclusions about months, so that pages need not read the ledger (models/month.py).

Only the part of customers whose ledger changed is exchanged: what their old lines came to is taken
off, what the new ones come to is added. All are sums of exact decimals, so keeping them leaves the
same rows as summing everything up anew. That is done for a new month, for the months from the day
on which somebody's traits changed, for a month with other rates than when it was written, and for
every month after customers were deleted.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.db.models import Max, Min, Q

from customers.models import Customer
from lib.days import add_months, month_start
from lib.periods import quarter_of, year_of
from metrics.models import (
    BookedMonth,
    ChangedLedger,
    CustomerTrait,
    MonthBook,
    MonthMovement,
    MonthStock,
    RevenueMovement,
)
from metrics.revenue.ledger import keep_bookers_out
from metrics.revenue.start_set import CONSTANT, KEYS, NAMES, SUMS, TRAITS
from metrics.revenue.value import value_parameters
from metrics.traits import begin_traits

# Windows that end with each month; the newest has those of its running quarter and year too.
WINDOWS = [1, 3, 12]
BATCH = 20_000

# `sign` is 1 for lines that are counted, -1 for those that are no longer.
LINES = """
    SELECT customer_id, 1 AS sign, day, kind, reason, plan, amount, balance, natives
    FROM metrics_revenuemovement WHERE customer_id BETWEEN %(first)s AND %(last)s
"""
EXCHANGED = """
    SELECT c.customer_id, -1 AS sign, l.*
    FROM metrics_changedledger c, jsonb_to_recordset(c.lines) AS l(day date, kind text,
        reason text, plan text, amount numeric, balance numeric, natives jsonb)
    WHERE c.customer_id = ANY(%(customers)s)
    UNION ALL
    SELECT customer_id, 1, day, kind, reason, plan, amount, balance, natives
    FROM metrics_revenuemovement WHERE customer_id = ANY(%(customers)s)
"""
# From which month on a customer's lines differ; all months where everything is new.
ALWAYS = "SELECT NULL::bigint AS customer_id, NULL::date AS month WHERE false"
DIFFERS = """
    SELECT customer_id, min(month) AS month FROM (
        SELECT customer_id, month, day, kind, reason, plan, amount, balance, natives FROM lines
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(sign) <> 0
    ) different GROUP BY customer_id
"""
GATHER = """
    WITH given AS ({lines}),
    lines AS MATERIALIZED (
        SELECT *, date_trunc('month', day)::date AS month FROM given
    ), differs AS MATERIALIZED ({differs}),
    wanted AS (
        SELECT m AS month, w AS window_months, (m - make_interval(months => w))::date AS before,
            (m + interval '1 month')::date - 1 AS last,
            (m - make_interval(months => w - 1))::date - 1 AS eve
        FROM unnest(%(months)s::date[]) m, unnest(%(windows)s::int[]) w
    ), boundaries AS (SELECT month FROM wanted UNION SELECT before FROM wanted),
    points AS (
        SELECT DISTINCT ON (customer_id, sign, month) * FROM lines
        {only_differing}
        ORDER BY customer_id, sign, month, day DESC, kind = 'fx'
    ), spans AS (
        SELECT *, coalesce(lead(month) OVER (PARTITION BY customer_id, sign ORDER BY month),
            'infinity') AS until FROM points
    ), ends AS MATERIALIZED (
        SELECT s.customer_id, s.sign, b.month, s.month AS moved_in, s.reason, s.plan, s.balance,
            s.natives
        FROM spans s JOIN boundaries b ON s.month <= b.month AND b.month < s.until
    )
"""
CHANGED_MONTHS = """
    LEFT JOIN differs ON differs.customer_id = {row}.customer_id
    WHERE ({row}.month >= differs.month OR NOT %(is_exchange)s)
"""
BOOKS = f"""
    {GATHER}
    INSERT INTO metrics_monthbook AS kept
        (month, window_months, segment, csm_id, touch, plan, {", ".join(NAMES)})
    SELECT month, window_months, segment, csm_id, touch, plan,
        {", ".join(f"sum(sign * {name})" for name in NAMES)}
    FROM (
        SELECT moved.*, {SUMS} FROM (
            SELECT w.month, w.window_months, e.sign, {KEYS}, coalesce(st.plan, '') AS plan,
                coalesce(st.balance, 0) > 0 AS is_start, e.balance AS e,
                e.reason = 'paused' AS is_paused, {CONSTANT.format(line="st", day="w.last")} AS s
            FROM wanted w JOIN ends e ON e.month = w.month
            LEFT JOIN ends st ON st.customer_id = e.customer_id AND st.sign = e.sign
                AND st.month = w.before
            {TRAITS.format(row="e", day="w.eve")}
            {CHANGED_MONTHS.format(row="e")}
                AND (st.balance > 0 OR (e.balance = 0 AND e.moved_in > w.before
                    AND coalesce(st.balance, 0) = 0))
            OFFSET 0
        ) moved
    ) summed
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING {" OR ".join(f"sum(sign * {name}) <> 0" for name in NAMES)}
    ON CONFLICT (month, window_months, segment, csm_id, touch, plan) DO UPDATE
    SET {", ".join(f"{name} = kept.{name} + excluded.{name}" for name in NAMES)}
"""
STOCKS = f"""
    {GATHER}
    INSERT INTO metrics_monthstock AS kept
        (month, segment, csm_id, touch, plan, customers, value)
    SELECT e.month, {KEYS}, e.plan, sum(e.sign), sum(e.sign * e.balance)
    FROM (SELECT DISTINCT month, last FROM wanted) w JOIN ends e ON e.month = w.month
    {TRAITS.format(row="e", day="w.last")}
    {CHANGED_MONTHS.format(row="e")} AND e.balance > 0
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(e.sign) <> 0 OR sum(e.sign * e.balance) <> 0
    ON CONFLICT (month, segment, csm_id, touch, plan) DO UPDATE
    SET customers = kept.customers + excluded.customers, value = kept.value + excluded.value
"""
MOVEMENTS = f"""
    {GATHER}
    INSERT INTO metrics_monthmovement AS kept
        (month, kind, reason, segment, csm_id, touch, plan, movements, amount)
    SELECT l.month, l.kind, l.reason, {KEYS}, l.plan, sum(l.sign), sum(l.sign * l.amount)
    FROM lines l {TRAITS.format(row="l", day="l.day")}
    {CHANGED_MONTHS.format(row="l")} AND l.month = ANY(%(months)s)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    HAVING sum(l.sign) <> 0 OR sum(l.sign * l.amount) <> 0
    ON CONFLICT (month, kind, reason, segment, csm_id, touch, plan) DO UPDATE
    SET movements = kept.movements + excluded.movements, amount = kept.amount + excluded.amount
"""
# PostgreSQL cannot guess how many rows a WITH has, and would compare all with all.
BIG_JOINS = "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '256MB'"
SMALL_JOINS = "SET LOCAL enable_nestloop = DEFAULT; SET LOCAL work_mem = DEFAULT"
STATEMENTS = (BOOKS, STOCKS, MOVEMENTS)
# Rows nobody is behind any more.
EMPTY = (
    "DELETE FROM metrics_monthbook WHERE start_customers = 0 AND early = 0",
    "DELETE FROM metrics_monthstock WHERE customers = 0",
    "DELETE FROM metrics_monthmovement WHERE movements = 0",
)
RATES = """
    SELECT m::date, md5(coalesce(string_agg(r.currency || ' ' || r.rate, ',' ORDER BY r.currency),
        '') || %(currency)s)
    FROM unnest(%(months)s::date[]) m LEFT JOIN LATERAL (
        SELECT DISTINCT ON (currency) currency, rate FROM customers_exchangerate
        WHERE month <= m ORDER BY currency, month DESC
    ) r ON true GROUP BY m
"""


@transaction.atomic
def keep_months(day: date, *, through: date) -> None:
    """Bring all months up to date after the night of `day`; `through` is the last booked day."""
    keep_bookers_out()
    changed = set(ChangedLedger.objects.values_list("pk", flat=True))
    months = _months_of_the_ledger(through)
    if 0 in changed or not months:
        _write_anew(months)
    else:
        stale = _stale(months, day)
        _write_anew([month for month in months if month in stale], among=months)
        _exchange(changed, [month for month in months if month not in stale])
    ChangedLedger.objects.filter(pk__in=changed).delete()


@transaction.atomic
def rebuild_months(*, through: date) -> None:
    """Sum up every month anew. Who was never counted under traits gets those of today."""
    begin_traits(through)
    keep_bookers_out()
    _write_anew(_months_of_the_ledger(through))
    ChangedLedger.objects.all().delete()


def _months_of_the_ledger(through: date) -> list[date]:
    """From the month of the first line to the one that is booked last."""
    first = RevenueMovement.objects.aggregate(first=Min("day"))["first"]
    if first is None:
        return []
    last, months = month_start(through), [month_start(first)]
    while months[-1] < last:
        months.append(add_months(months[-1], 1))
    return months


def _stale(months: list[date], day: date) -> set[date]:
    """Months to sum up anew: unwritten ones, those with other rates, or with traits noted now."""
    written = dict(BookedMonth.objects.values_list("month", "rates"))
    rates = _rates(months)
    is_noted = CustomerTrait.objects.filter(since__gte=day).exists()
    since = month_start(day) if is_noted else date.max
    return {month for month in months if month >= since or written.get(month) != rates[month]}


def _rates(months: list[date]) -> dict[date, str]:
    with connection.cursor() as cursor:
        cursor.execute(RATES, value_parameters() | {"months": months})
        return dict(cursor.fetchall())


def _write_anew(months: list[date], among: list[date] | None = None) -> None:
    """Forget some months and sum them up from the ledger; of all there are, where none is named."""
    every = months if among is None else among
    for model in (MonthBook, MonthStock, MonthMovement, BookedMonth):
        model.objects.filter(Q(month__in=months) | ~Q(month__in=every)).delete()
    if not months:
        return
    newest = every[-1]
    _narrow_windows_before(newest)
    for first, last in _batches():
        values = {"first": first, "last": last, "is_exchange": False}
        closed = [month for month in months if month != newest]
        _post(LINES, ALWAYS, values | {"months": closed, "windows": WINDOWS})
        _post(LINES, ALWAYS, values | {"months": [newest], "windows": _windows(newest)})
    rates = _rates(months)
    BookedMonth.objects.bulk_create(
        BookedMonth(month, _windows(newest) if month == newest else WINDOWS, rates[month])
        for month in months
    )


def _windows(newest: date) -> list[int]:
    """With those that begin with the quarter and the year the newest month lies in."""
    starts = (quarter_of(newest).start, year_of(newest).start)
    running = [(newest.year - s.year) * 12 + newest.month - s.month + 1 for s in starts]
    return sorted({*WINDOWS, *running})


def _narrow_windows_before(newest: date) -> None:
    """A month that is over keeps the windows that end with every month."""
    over = BookedMonth.objects.filter(month__lt=newest).exclude(windows=WINDOWS)
    months = list(over.values_list("pk", flat=True))
    MonthBook.objects.filter(month__in=months).exclude(window_months__in=WINDOWS).delete()
    over.update(windows=WINDOWS)


def _exchange(changed: Iterable[int], months: list[date]) -> None:
    """Take off what the old lines of some customers came to, and add the new ones."""
    customers = sorted(changed)
    if not months or not customers:
        return
    windows = dict(BookedMonth.objects.values_list("month", "windows"))
    for start in range(0, len(customers), BATCH):
        batch = customers[start : start + BATCH]
        values = {"customers": batch, "is_exchange": True}
        for month in months[-1:]:
            _post(EXCHANGED, DIFFERS, values | {"months": [month], "windows": windows[month]})
        _post(EXCHANGED, DIFFERS, values | {"months": months[:-1], "windows": WINDOWS})
    with connection.cursor() as cursor:
        for statement in EMPTY:
            cursor.execute(statement)


def _post(lines: str, differs: str, values: dict[str, object]) -> None:
    if not values["months"]:
        return
    only = "WHERE customer_id IN (SELECT customer_id FROM differs)" if values["is_exchange"] else ""
    pieces = {"lines": lines, "differs": differs, "only_differing": only}
    with connection.cursor() as cursor:
        cursor.execute(BIG_JOINS)
        for template in STATEMENTS:
            statement = template
            for name, piece in pieces.items():
                statement = statement.replace(f"{{{name}}}", piece)
            cursor.execute(statement, value_parameters() | values)
        cursor.execute(SMALL_JOINS)


def _batches() -> Iterable[tuple[int, int]]:
    """Ranges of ids with some thousand customers each."""
    last = 0
    while True:
        ids = Customer.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        newest = ids[:BATCH].aggregate(newest=Max("pk"))["newest"]
        if newest is None:
            return
        yield last + 1, newest
        last = newest
