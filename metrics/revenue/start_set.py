"""What became of those who paid before a period: the ground of NRR, GRR and churn (REV-3 to REV-6).

S pays at the end of the day before the period; s is its annual value then, e at the end of the
last day. Both ends are at the rates of the last day (rule K), so exchange rates are no churn; of
who paid, money that had no rate before and has one by then is in both, so a rate learned is no
growth.
`change` sums e − s and `loss` min(e, s) − s, so NRR = 1 + change/Σs and GRR = 1 + loss/Σs, each
customer capped on its own. Who came and left inside the period is in no rate: `early`.

Range of a ratio R of two sums: se = sqrt(n/(n−1) · Σ(e − R·s)²) / Σs, 95 % of a normal law. The
sums of squares and products it needs are kept, so that a stored month gives the same range.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db import connection

from lib.rates import Rate
from metrics.intervals import Interval, Z, wilson
from metrics.models import BookedMonth
from metrics.once import asked_once
from metrics.question import Question
from metrics.revenue.ledger import ledger_of
from metrics.revenue.value import RATE, value_parameters

TRAIT_DIMENSIONS = ("segment", "csm_id", "touch")
DIMENSIONS = (*TRAIT_DIMENSIONS, "plan")

# The traits of `{row}` that ruled at the end of `{day}`, as columns of a joined `t`.
TRAITS = """
    LEFT JOIN metrics_customertrait t ON t.customer_id = {row}.customer_id
        AND t.since <= {day} AND (t.until IS NULL OR t.until > {day})
"""
KEYS = """
    coalesce(t.segment, '') AS segment, coalesce(t.csm_id, 0) AS csm_id,
    coalesce(t.touch, '') AS touch
"""
# Where nobody asks for traits, nobody's are looked up.
ANYWHERE = "'' AS segment, 0 AS csm_id, '' AS touch"
# The annual value of a line `{line}` of the ledger at the rates of `{day}`.
CONSTANT = f"""
    CASE WHEN {{line}}.balance IS NULL OR {{line}}.balance = 0 THEN 0
        WHEN {{line}}.natives IS NULL THEN {{line}}.balance
        ELSE (SELECT sum(round(held.value::numeric
                * {RATE.format(currency="held.key", day="{day}")}, 12))
            FROM jsonb_each_text({{line}}.natives) held) END
"""
# Of a customer with values `s` and `e`, a state `is_start` and `is_paused`: what a row sums up.
SUMS = """
    CASE WHEN is_start THEN 1 ELSE 0 END AS start_customers,
    CASE WHEN is_start AND e = 0 THEN 1 ELSE 0 END AS lost,
    CASE WHEN is_start AND e = 0 AND is_paused THEN 1 ELSE 0 END AS paused,
    CASE WHEN is_start THEN 0 ELSE 1 END AS early,
    s AS start_value, CASE WHEN e = 0 THEN s ELSE 0 END AS lost_value,
    e - s AS change, least(e - s, 0) AS loss, s * s AS start_squared,
    CASE WHEN e = s THEN 0 ELSE s * (e - s) END AS start_change,
    CASE WHEN e = s THEN 0 ELSE (e - s) * (e - s) END AS change_squared,
    CASE WHEN e < s THEN s * (e - s) ELSE 0 END AS start_loss,
    CASE WHEN e < s THEN (e - s) * (e - s) ELSE 0 END AS loss_squared
"""
# What customers paid before the period: of everybody, or looked up for who moved. The index has all
# but what a balance in other currencies is made of, which is found by itself.
BEFORE = """
    SELECT latest.customer_id, latest.balance, latest.plan, made_of.natives
    FROM (
        SELECT DISTINCT ON (customer_id) customer_id, id, balance, plan
        FROM {ledger} booked WHERE day < %(start)s ORDER BY customer_id, day DESC, id DESC
    ) latest
    LEFT JOIN {ledger} made_of ON made_of.id = latest.id AND made_of.natives IS NOT NULL
"""
BEFORE_IT_MOVED = """
    LATERAL (SELECT customer_id, balance, plan, natives FROM {ledger} booked
    WHERE booked.customer_id = e.customer_id AND day < %(start)s ORDER BY day DESC, id DESC LIMIT 1)
"""
# One row for each customer of the start set or of early churn. Without a line in the period a
# customer stands as before; `{these}` says whether such ones are rows too.
START_SET = f"""
    SELECT moved.*, {SUMS} FROM (
        SELECT p.customer_id, p.plan, {{keys}}, p.is_start, p.e, p.is_paused, p.s FROM (
            SELECT coalesce(st.customer_id, e.customer_id) AS customer_id,
                coalesce(st.plan, '') AS plan, coalesce(st.balance, 0) > 0 AS is_start,
                coalesce(e.balance, st.balance) AS e, e.reason = 'paused' AS is_paused,
                {CONSTANT.format(line="st", day="%(last)s")} AS s
            FROM (
                SELECT DISTINCT ON (customer_id) customer_id, balance, reason
                FROM {{ledger}} booked WHERE day >= %(start)s AND day < %(end)s
                ORDER BY customer_id, day DESC, id DESC
            ) e {{these}} JOIN {{before}} st ON st.customer_id = e.customer_id
            WHERE st.balance > 0 OR (e.balance = 0 AND coalesce(st.balance, 0) = 0)
        ) p {{traits}}
        -- Values are worked out once, not in each of the sums.
        OFFSET 0
    ) moved
"""
# Looking up who moved is cheaper than reading what everybody paid for periods up to this long.
FEW_MOVE = timedelta(days=45)
WINDOW = """
    SELECT * FROM metrics_monthbook WHERE month = %(month)s AND window_months = %(window)s
"""


@dataclass(frozen=True)
class StartSet:
    """Sums over a start set; values are annual, at the rates of the last day."""

    start_customers: int = 0
    lost: int = 0
    paused: int = 0
    early: int = 0
    start_value: Decimal = Decimal(0)
    lost_value: Decimal = Decimal(0)
    change: Decimal = Decimal(0)
    loss: Decimal = Decimal(0)
    start_squared: Decimal = Decimal(0)
    start_change: Decimal = Decimal(0)
    change_squared: Decimal = Decimal(0)
    start_loss: Decimal = Decimal(0)
    loss_squared: Decimal = Decimal(0)

    @classmethod
    def of(cls, pairs: Iterable[tuple[Decimal, Decimal]]) -> Self:
        """Of values at the start and at the end, one pair for each customer; s = 0 is left out."""
        inside = [(s, e - s, min(e - s, Decimal(0))) for s, e in pairs if s > 0]
        return cls(
            start_customers=len(inside),
            lost=sum(1 for s, change, _loss in inside if change == -s),
            start_value=sum((s for s, _change, _loss in inside), Decimal(0)),
            lost_value=sum((s for s, change, _loss in inside if change == -s), Decimal(0)),
            change=sum((change for _s, change, _loss in inside), Decimal(0)),
            loss=sum((loss for _s, _change, loss in inside), Decimal(0)),
            start_squared=sum((s * s for s, _change, _loss in inside), Decimal(0)),
            start_change=sum((s * change for s, change, _loss in inside), Decimal(0)),
            change_squared=sum((change**2 for _s, change, _loss in inside), Decimal(0)),
            start_loss=sum((s * loss for s, _change, loss in inside), Decimal(0)),
            loss_squared=sum((loss**2 for _s, _change, loss in inside), Decimal(0)),
        )

    @property
    def logo_churn(self) -> Rate:
        return Rate(self.lost, self.start_customers, "" if self.start_customers else "no_start")

    @property
    def logo_interval(self) -> Interval | None:
        return wilson(self.lost, self.start_customers)

    @property
    def nrr(self) -> Rate:
        return self._kept(self.change)

    @property
    def grr(self) -> Rate:
        return self._kept(self.loss)

    @property
    def nrr_interval(self) -> Interval | None:
        return self._around(self.nrr, self.change, self.start_change, self.change_squared)

    @property
    def grr_interval(self) -> Interval | None:
        """Not above 1: nobody can keep more than there was."""
        found = self._around(self.grr, self.loss, self.start_loss, self.loss_squared)
        return found and Interval(found.low, min(1.0, found.high))

    def _kept(self, change: Decimal) -> Rate:
        reason = "" if self.start_value else "no_start"
        return Rate(self.start_value + change, self.start_value, reason)

    def _around(
        self, rate: Rate, change: Decimal, product: Decimal, square: Decimal
    ) -> Interval | None:
        """With c = e − s and r = R − 1 the residual e − R·s is c − r·s."""
        n = self.start_customers
        if rate.value is None or n < 2:
            return None
        r = change / self.start_value
        residuals = max(square - 2 * r * product + r * r * self.start_squared, Decimal(0))
        error = (residuals * n / (n - 1)).sqrt() / self.start_value
        half = Z * float(error)
        return Interval(max(0.0, float(rate.value) - half), float(rate.value) + half)


NAMES = [field.name for field in fields(StartSet)]
SUMMED = ", ".join(f"coalesce(sum({name}), 0)" for name in NAMES)


def start_set(question: Question) -> StartSet:
    """Of the customers asked about, by the traits and the plan they had before the period."""
    return start_sets_by(question).get(None) or StartSet()


@asked_once
def start_sets_by(question: Question, dimension: str = "") -> dict[Any, StartSet]:
    """One start set for each value of a dimension; without one, all of it under None."""
    source, values = source_of(question, dimension)
    chosen, wanted = chosen_by(question)
    key = dimension if dimension in DIMENSIONS else "NULL"
    statement = f"SELECT {key}, {SUMMED} FROM ({source}) counted WHERE true {chosen} GROUP BY 1"
    with connection.cursor() as cursor:
        cursor.execute(statement, values | wanted)
        return {row[0]: StartSet(*row[1:]) for row in cursor.fetchall()}


def source_of(question: Question, dimension: str = "") -> tuple[str, dict[str, Any]]:
    """Rows with the columns of the sums: of a stored window where there is one."""
    if stored := stored_window(question):
        month, window = stored
        return WINDOW, {"month": month, "window": window}
    return customers_of(question, dimension)


def customers_of(question: Question, dimension: str = "") -> tuple[str, dict[str, Any]]:
    """The same from the ledger, customer by customer; with the traits that are asked for."""
    before = f"({BEFORE})"
    return _from_ledger(question, these="FULL", before=before, dimension=dimension)


def movers_of(question: Question) -> tuple[str, dict[str, Any]]:
    """Those of them whose value changed, and some whose did not."""
    few = question.end - question.start <= FEW_MOVE
    before = BEFORE_IT_MOVED if few else f"({BEFORE})"
    return _from_ledger(question, these="LEFT", before=before)


def _from_ledger(
    question: Question, *, these: str, before: str, dimension: str = ""
) -> tuple[str, dict[str, Any]]:
    ledger = ledger_of(question)
    keys, traits = counted_where(question, dimension, row="p", day="%(before)s")
    sql = START_SET.replace("{before}", before).format(
        ledger=ledger.sql, these=these, keys=keys, traits=traits
    )
    return sql, ledger.values | value_parameters() | period_values(question)


def counted_where(
    question: Question, dimension: str = "", *, row: str, day: str
) -> tuple[str, str]:
    """Columns of traits for each `row`, and the join they come from; of a day, as SQL."""
    asked = (question.segment, question.csm, question.touch)
    if dimension in TRAIT_DIMENSIONS or any(value is not None for value in asked):
        return KEYS, TRAITS.format(row=row, day=day)
    return ANYWHERE, ""


def period_values(question: Question) -> dict[str, Any]:
    return {
        "start": question.start,
        "end": question.end,
        "before": question.start - timedelta(days=1),
        "last": max(question.day, question.start),
    }


def chosen_by(question: Question) -> tuple[str, dict[str, Any]]:
    """`AND …` for rows that carry traits and plan; nothing for everybody."""
    asked = {
        "segment": question.segment,
        "csm_id": question.csm,
        "touch": question.touch,
        "plan": question.plan,
    }
    given = {f"chosen_{name}": value for name, value in asked.items() if value is not None}
    named = [f"AND {name} = %(chosen_{name})s" for name in asked if f"chosen_{name}" in given]
    return " ".join(named), given


@asked_once
def stored_window(question: Question) -> tuple[date, int] | None:
    """The stored month and window that answer a question; None sends it to the ledger.

    A running period is answered by the running month, which is stored as far as it is booked.
    """
    start, last = question.start, question.day
    is_whole = start.day == 1 and question.ends_with_a_stored_month
    if last < start or not is_whole or not ledger_of(question).has_months:
        return None
    month = last.replace(day=1)
    window = (month.year - start.year) * 12 + month.month - start.month + 1
    found = BookedMonth.objects.filter(month=month, windows__contains=[window])
    return (month, window) if found.exists() else None
