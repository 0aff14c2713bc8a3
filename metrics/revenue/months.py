"""Writing the conclusions about months, so that pages need not read the ledger (models/month.py).

Only the part of customers whose ledger or traits changed is exchanged: what their old lines came to
under the old traits is taken off, what the new ones come to under the new traits is added. All are
sums of exact decimals, so keeping them leaves the same rows as summing everything up anew. That is
done for a new month, for a month with other rates than when it was written, and for every month
after the ledger was rebuilt, or customers deleted while months were summed up.
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
    MonthBook,
    MonthMovement,
    MonthStock,
    RevenueMovement,
)
from metrics.revenue.changed_ledgers import keep_bookers_out
from metrics.revenue.month_ends import WHOSE_LEDGER_CHANGED
from metrics.revenue.month_sums import (
    add_customers,
    exchange_customers,
    forget_empty,
    summing,
)
from metrics.revenue.value import value_parameters
from metrics.traits import begin_traits

# Windows that end with each month; the newest has those of its running quarter and year too.
WINDOWS = [1, 3, 12]
BATCH = 20_000

RATES = """
    SELECT m::date, md5(coalesce(string_agg(r.currency || ' ' || r.rate, ',' ORDER BY r.currency),
        '') || %(currency)s)
    FROM unnest(%(months)s::date[]) m LEFT JOIN LATERAL (
        SELECT DISTINCT ON (currency) currency, rate FROM customers_exchangerate
        WHERE month <= m ORDER BY currency, month DESC
    ) r ON true GROUP BY m
"""


@transaction.atomic
def keep_months(*, through: date) -> None:
    """Bring all months up to date after a night; `through` is the last booked day."""
    keep_bookers_out()
    changed = set(ChangedLedger.objects.values_list("pk", flat=True))
    months = _months_of_the_ledger(through)
    if 0 in changed or not months:
        _write_anew(months)
    else:
        stale = _stale(months)
        _write_anew([month for month in months if month in stale], among=months)
        _exchange(changed, [month for month in months if month not in stale])
    ChangedLedger.objects.filter(pk__in=changed).delete()


@transaction.atomic
def rebuild_months(*, through: date) -> None:
    """Sum up every month anew. Who was never counted under traits gets those of today."""
    keep_bookers_out()
    begin_traits(through)
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


def _stale(months: list[date]) -> set[date]:
    """Months to sum up anew: unwritten ones and those with other rates."""
    written = dict(BookedMonth.objects.values_list("month", "rates"))
    rates = _rates(months)
    return {month for month in months if written.get(month) != rates[month]}


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
    windows = {month: _windows(newest) if month == newest else WINDOWS for month in months}
    with summing((month, window) for month in months for window in windows[month]):
        for first, last in _batches():
            add_customers(first, last)
    rates = _rates(months)
    BookedMonth.objects.bulk_create(
        BookedMonth(month, windows[month], rates[month]) for month in months
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
    """Take off what some customers came to, and add what they come to now."""
    customers = sorted(changed)
    if not months or not customers:
        return
    windows = dict(BookedMonth.objects.values_list("month", "windows"))
    wanted = ((month, window) for month in months for window in windows[month])
    with summing(wanted, WHOSE_LEDGER_CHANGED):
        for start in range(0, len(customers), BATCH):
            exchange_customers(customers[start : start + BATCH])
    forget_empty()


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
