"""Who was lost in a period: one by one, why, after how long, and what it cost (REV-3).

Lost is who paid at the end of the day before the period and does not at the end of its last day:
inside the period it stopped paying once more often than it began. The day, the reason and the
value are those of its last movement of churn; the value is a twelfth of the annual one (MRR).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from customers.models import Customer, WinBack
from lib.days import day_start
from lib.paging import PAGE_SIZE, Page
from lib.rates import Rate
from metrics.grouping import names_of
from metrics.intervals import Interval, wilson
from metrics.members import narrowing_few
from metrics.models import RevenueMovement
from metrics.once import asked_once
from metrics.question import Question
from metrics.retention.reading import lives
from metrics.retention.tenure import band_of, paying_by_tenure
from metrics.revenue.families import seen_by
from metrics.revenue.movements import TURN
from metrics.revenue.start_set import start_sets_by
from metrics.revenue.two_clocks import as_known

LOST = f"""
    SELECT * FROM (
    SELECT customer_id, max(day) FILTER (WHERE kind = 'churn') AS lost_on,
        (array_agg(reason ORDER BY day DESC) FILTER (WHERE kind = 'churn'))[1] AS reason,
        (array_agg(plan ORDER BY day DESC) FILTER (WHERE kind = 'churn'))[1] AS plan,
        (array_agg(-amount ORDER BY day DESC) FILTER (WHERE kind = 'churn'))[1] AS annual
    FROM metrics_revenuemovement
    WHERE day >= %(start)s AND day < %(end)s AND customer_id IN (
        SELECT customer_id FROM metrics_revenuemovement
        WHERE day >= %(start)s AND day < %(end)s AND kind = 'churn')
    GROUP BY customer_id HAVING sum({TURN}) = -1
    ) lost WHERE true {{narrowed}}
"""
LISTED = """
    SELECT l.customer_id, c.name, c.churn_reason, l.reason, l.lost_on, l.plan, l.annual, c.csm_id,
        life.joined_on, w.state, w.note, w.noted_at, w.author_id, paid.balance > 0
    FROM (SELECT * FROM ({lost}) every {seen}
        ORDER BY lost_on DESC, annual DESC, customer_id LIMIT %(limit)s OFFSET %(offset)s) l
    JOIN customers_customer c ON c.id = l.customer_id
    LEFT JOIN {lives} life ON life.customer_id = l.customer_id
    LEFT JOIN customers_winback w ON w.customer_id = l.customer_id
        AND w.noted_at >= l.lost_on - %(counts_before)s
    LEFT JOIN LATERAL (
        SELECT balance FROM metrics_revenuemovement m
        WHERE m.customer_id = l.customer_id ORDER BY m.day DESC, m.id DESC LIMIT 1
    ) paid ON true
    ORDER BY l.lost_on DESC, l.annual DESC, l.customer_id
"""
# Scores are read for the customers of one page only.
HEALTH_BEFORE = """
    SELECT DISTINCT ON (s.customer_id) s.customer_id, s.score, s.band, s.day
    FROM metrics_healthscore s
    JOIN unnest(%(customers)s::bigint[], %(days)s::date[]) AS l(customer_id, lost_on)
        ON l.customer_id = s.customer_id
    WHERE s.customer_id = ANY(%(customers)s) AND s.day < l.lost_on AND s.day >= l.lost_on - 92
    ORDER BY s.customer_id, s.day DESC
"""
# Everybody lost, in sum by reason and by cohort: read once for both.
COUNTED = """
    SELECT coalesce(nullif(c.churn_reason, ''), l.reason), life.cohort, count(*), sum(l.annual) / 12
    FROM ({lost}) l JOIN customers_customer c ON c.id = l.customer_id
    LEFT JOIN {lives} life ON life.customer_id = l.customer_id GROUP BY 1, 2
"""
# A note made in the last days of a contract speaks of this loss, an older one of another.
COUNTS_BEFORE = timedelta(days=90)
COLUMNS = {"segment": "segment", "csm": "csm_id", "touch": "touch", "plan": "plan"}
MOST_GROUPS = 30


@dataclass(frozen=True)
class LostCustomer:
    """`reason` is that of the customer, or what its ledger says; `health` the last one in
    the three months before."""

    customer_id: int
    name: str
    churn_reason: str
    ledger_reason: str
    lost_on: date
    plan: str
    annual: Decimal
    csm_id: int | None
    joined_on: date | None
    win_back: str | None
    note: str | None
    noted_at: Any
    author_id: int | None
    is_paying: bool
    health: Decimal | None = None
    band: str | None = None
    health_on: date | None = None

    @property
    def mrr(self) -> Decimal:
        return self.annual / 12

    @property
    def months(self) -> int | None:
        """Completed months from the first paid day to the day it was lost."""
        if self.joined_on is None:
            return None
        months = (self.lost_on.year - self.joined_on.year) * 12
        months += self.lost_on.month - self.joined_on.month
        return months - (self.lost_on.day < self.joined_on.day)

    @property
    def standing(self) -> str:
        """won_back when it pays again, otherwise what people noted since it was lost."""
        return "won_back" if self.is_paying else self.win_back or "not_tried"

    @property
    def reason(self) -> str:
        return self.churn_reason or self.ledger_reason


@dataclass(frozen=True)
class Group:
    """How many of some customers were lost, and what they paid."""

    label: Any
    start: int
    lost: int
    mrr: Decimal
    key: Any = None

    @property
    def rate(self) -> Rate:
        return Rate(self.lost, self.start, "" if self.start else "no_start")

    @property
    def interval(self) -> Interval | None:
        return wilson(self.lost, self.start)


def lost_sql(question: Question) -> tuple[str, dict[str, Any]]:
    """One row for each customer lost, of those asked about before the period."""
    eve = question.start - timedelta(days=1)
    narrowed, values = narrowing_few(question, eve, "lost.customer_id")
    return LOST.format(narrowed=narrowed), values | {"start": question.start, "end": question.end}


def lost_customers(question: Question, user: User, number: int) -> Page[LostCustomer]:
    """Those somebody may see, the latest first."""
    with as_known(question):
        lost, values = lost_sql(question)
        seen = ""
        seen_values: dict[str, Any] = {}
        if not user.sees_every_customer:
            visible, seen_values = seen_by(user, question)
            seen = f"WHERE customer_id IN ({visible})"
        sql = LISTED.format(lost=lost, lives=lives(), seen=seen)
        values |= {
            "counts_before": COUNTS_BEFORE,
            "limit": PAGE_SIZE + 1,
            "offset": (number - 1) * PAGE_SIZE,
        }
        found = [LostCustomer(*row) for row in _read(sql, values | seen_values)]
    shown = found[:PAGE_SIZE]
    health = health_before(shown)
    shown = [replace(line, **health.get(line.customer_id, {})) for line in shown]
    return Page(shown, number, has_next=len(found) > PAGE_SIZE)


def health_before(lines: Sequence[LostCustomer]) -> dict[int, dict[str, Any]]:
    """By customer, the fields of its last health before it was lost."""
    values = {
        "customers": [line.customer_id for line in lines],
        "days": [line.lost_on for line in lines],
    }
    return {
        customer: {"health": score, "band": band, "health_on": day}
        for customer, score, band, day in _read(HEALTH_BEFORE, values)
    }


@asked_once
def counted_losses(question: Question) -> list[tuple[str, date | None, int, Decimal]]:
    """Reason, cohort, customers and MRR of those lost."""
    with as_known(question):
        lost, values = lost_sql(question)
        return _read(COUNTED.format(lost=lost, lives=lives()), values)


def lost_by_reason(question: Question) -> list[tuple[str, int, Decimal]]:
    """Reason, customers and MRR, the most frequent first. A reason of "" is unknown."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for reason, _cohort, n, mrr in counted_losses(question):
        before, money = sums.get(reason, (0, Decimal(0)))
        sums[reason] = before + n, money + mrr
    listed = [(reason, n, mrr) for reason, (n, mrr) in sums.items()]
    return sorted(listed, key=lambda line: (-line[1], -line[2], line[0]))


def lost_by_tenure(question: Question) -> list[Group]:
    """By completed months from the cohort to the first month of the period; [] within a month.

    Periods that begin within a month have no bands: the steps of cohorts are read at month ends.
    """
    if question.start.day != 1:
        return []
    lost: dict[Any, tuple[int, Decimal]] = {}
    for _reason, cohort, n, mrr in counted_losses(question):
        if cohort is not None:
            band = band_of(cohort, question.start)
            before, money = lost.get(band, (0, Decimal(0)))
            lost[band] = before + n, money + mrr
    return [
        Group(band, paying, *lost.get(band, (0, Decimal(0))))
        for band, paying in paying_by_tenure(question).items()
    ]


def lost_by_trait(question: Question, by: str) -> list[Group]:
    """By what customers were before the period, the biggest groups first."""
    with as_known(question):
        found = start_sets_by(question, COLUMNS[by])
    names = names_of(by, found)
    listed = [
        Group(names[key], book.start_customers, book.lost, book.lost_value / 12, key)
        for key, book in found.items()
        if book.start_customers
    ]
    return sorted(listed, key=lambda group: (-group.start, str(group.label)))[:MOST_GROUPS]


def _read(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@dataclass(frozen=True)
class Standing:
    """Where a customer that stopped paying stands, for its own page."""

    lost_on: date
    state: str
    note: str


def standing_of(customer: Customer) -> Standing | None:
    """None for who pays, or never did."""
    last = RevenueMovement.objects.filter(customer=customer).order_by("-day", "-pk").first()
    if last is None or last.balance > 0:
        return None
    noted = WinBack.objects.filter(
        customer=customer, noted_at__gte=day_start(last.day - COUNTS_BEFORE)
    ).first()
    if noted is None:
        return Standing(last.day, WinBack.State.NOT_TRIED, "")
    return Standing(last.day, noted.state, noted.note)


@transaction.atomic
def note_win_back(customer: Customer, *, state: str, note: str, by: User) -> None:
    """What people do about a lost customer; the change log keeps what was noted before."""
    facts = {"state": state, "note": note, "author": by, "noted_at": timezone.now()}
    WinBack.objects.update_or_create(customer=customer, defaults=facts)
