"""Counting answers: how many, how many good and bad, of which group, in this period and before."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from lib.days import day_start
from metrics.changes import Pairs, Signs
from metrics.loyalty.answers import NPS, PLAN, RULING, Scale, counted, given, narrowing
from metrics.once import asked_once
from metrics.question import Question

GROUPS = ("segment", "csm", "touch", "plan")
COUNTS = """
    count(*) AS n, count(*) FILTER (WHERE score >= {good}) AS good,
    count(*) FILTER (WHERE score <= {bad}) AS bad, coalesce(sum(score), 0) AS total,
    coalesce(sum(score * score), 0) AS squares
"""
# The answers that count in each of two periods that follow one another.
BOTH = """
    WITH a AS NOT MATERIALIZED (
        SELECT *, answered_at >= %(middle)s AS is_now FROM ({given}) given
        WHERE next_at IS NULL OR next_at >= %(to)s
            OR (answered_at < %(middle)s AND next_at >= %(middle)s)
    )
"""
IN_ALL = BOTH + "SELECT is_now, {counts} FROM a WHERE true {narrowed} GROUP BY is_now"
# All ways of grouping at once; the first column tells which, see GROUPED. Answers at one place are
# counted first; those without one by customer and day, whose place is looked up: if there are any.
BY_GROUPS = (
    BOTH
    + """
    , placed AS (
        SELECT is_now, place_id, {counts} FROM a WHERE true {narrowed} GROUP BY is_now, place_id
    ), unplaced AS (
        SELECT is_now, customer_id, day, {counts} FROM a WHERE place_id IS NULL {narrowed}
            AND EXISTS (SELECT FROM placed WHERE place_id IS NULL)
        GROUP BY is_now, customer_id, day
    )
    SELECT grouping(segment, csm, touch, plan), is_now, coalesce(csm, 0),
        coalesce(segment, touch, plan, ''), sum(n), sum(good), sum(bad), sum(total), sum(squares)
    FROM (
        SELECT is_now, n, good, bad, total, squares, segment, csm_id AS csm, touch, plan
        FROM placed JOIN metrics_place p ON p.id = placed.place_id
        UNION ALL
        SELECT is_now, n, good, bad, total, squares, coalesce(t.segment, ''),
            coalesce(t.csm_id, 0), coalesce(t.touch, ''), {plan}
        FROM unplaced a LEFT JOIN metrics_customertrait t ON {ruling}
    ) counted
    GROUP BY GROUPING SETS ((is_now, segment), (is_now, csm), (is_now, touch), (is_now, plan))
"""
)
# PostgreSQL sets a bit for each column that is not grouped by, the first column's highest.
GROUPED = {0b0111: "segment", 0b1011: "csm", 0b1101: "touch", 0b1110: "plan"}
# One row for each contact: a join of the two periods would compare all with all. Scores are below
# 64, so that one sum tells both: an answer of now adds 4096 and its score, one of before 64 times
# its score. Of two answers it lies from 4096 up to 8192 where one is of now and one of before.
PAIRS = (
    BOTH
    + """
    SELECT count(*), coalesce(sum(change), 0), coalesce(sum(change * change), 0),
        count(*) FILTER (WHERE later >= {good} AND earlier < {good}),
        count(*) FILTER (WHERE later < {good} AND earlier >= {good})
    FROM (
        SELECT later, earlier, {later} - {earlier} AS change
        FROM (
            SELECT (told - 4096) %% 64 AS later, (told - 4096) / 64 AS earlier
            FROM (
                SELECT sum(CASE WHEN is_now THEN 4096 + score ELSE 64 * score END) AS told
                FROM a WHERE contact_id IS NOT NULL {again} {narrowed} GROUP BY contact_id
                HAVING count(*) = 2
            ) answered_twice WHERE told >= 4096 AND told < 8192
        ) scored
    ) paired
"""
)
# Where answers speak for contacts, one of before is followed by another or belongs to no pair.
FOLLOWED = "AND (is_now OR next_at < %(to)s)"
SIGN = "CASE WHEN {score} >= {good} THEN 1 WHEN {score} <= {bad} THEN -1 ELSE 0 END"
# Customers with as many answers and the same sum of signs are counted before anything is divided.
BY_CUSTOMER = """
    SELECT customers, means / nullif(customers, 0),
        sqrt(greatest(customers * squares - means * means, 0)
            / nullif(customers * (customers - 1), 0)),
        means, signs, products, sizes
    FROM (
        SELECT coalesce(sum(times), 0)::bigint AS customers,
            coalesce(sum(times * mean), 0) AS means,
            sum(times * mean * mean) AS squares, coalesce(sum(times * signs * signs), 0) AS signs,
            coalesce(sum(times * signs * n), 0) AS products,
            coalesce(sum(times * n * n), 0) AS sizes
        FROM (
            SELECT signs, n, count(*) AS times, 100 * signs::numeric / n AS mean
            FROM (SELECT sum({sign}) AS signs, count(*) AS n
                FROM ({counted}) answers GROUP BY customer_id) customers
            GROUP BY signs, n
        ) alike
    ) summed
"""
BY_SCORE = "SELECT score, count(*) FROM ({counted}) answers GROUP BY score"


@dataclass(frozen=True)
class Tally:
    """Answers counted: `total` and `squares` are the sums of scores and of their squares."""

    n: int = 0
    good: int = 0
    bad: int = 0
    total: int = 0
    squares: int = 0

    @property
    def signs(self) -> Signs:
        return Signs(self.n, self.good, self.bad)

    @property
    def neither(self) -> int:
        return self.n - self.good - self.bad

    @property
    def deviation(self) -> float | None:
        """Of the scores, as of a sample; None below two."""
        if self.n < 2:
            return None
        spread = Decimal(self.n * self.squares - self.total * self.total)
        return float((spread / (self.n * (self.n - 1))).sqrt())


@dataclass(frozen=True)
class Both:
    """A period and the one before it."""

    before: Tally
    now: Tally


@dataclass(frozen=True)
class CustomerMeans:
    """The means of the signs of each customer, in points, and what clustered errors need."""

    customers: int
    mean: Decimal | None
    deviation: Decimal | None
    sum_of_means: Decimal
    squares: int
    products: int
    sizes: int


@asked_once
def tally_both(scale: Scale, question: Question) -> Both:
    sql, values = _both(scale, question)
    narrowed, more = narrowing(question)
    counts = COUNTS.format(good=scale.good_from, bad=scale.bad_to)
    rows = _rows(IN_ALL.format(given=sql, counts=counts, narrowed=narrowed), values | more)
    return _as_both((is_now, Tally(*counted)) for is_now, *counted in rows)


def tally_by_groups(scale: Scale, question: Question) -> dict[str, dict[Any, Both]]:
    """By segment, CSM (his number, 0 for nobody), touch and plan; '' for those without."""
    sql, values = _both(scale, question)
    narrowed, more = narrowing(question)
    counts = COUNTS.format(good=scale.good_from, bad=scale.bad_to)
    statement = BY_GROUPS.format(
        given=sql, counts=counts, narrowed=narrowed, plan=PLAN, ruling=RULING
    )
    found: dict[str, dict[Any, list[tuple[bool, Tally]]]] = {group: {} for group in GROUPS}
    for code, is_now, csm, name, *counted_ in _rows(statement, values | more):
        group = GROUPED[code]
        key = csm if group == "csm" else name
        found[group].setdefault(key, []).append((is_now, Tally(*map(int, counted_))))
    return {
        group: {name: _as_both(tallies) for name, tallies in groups.items()}
        for group, groups in found.items()
    }


def pairs_of(scale: Scale, question: Question) -> Pairs:
    """Contacts with exactly one counted answer in each of the two periods."""
    sql, values = _both(scale, question)
    narrowed, more = narrowing(question)
    statement = PAIRS.format(
        given=sql,
        good=scale.good_from,
        narrowed=narrowed,
        again=FOLLOWED if scale == NPS else "",
        later=sign_of(scale, "later"),
        earlier=sign_of(scale, "earlier"),
    )
    return Pairs(*map(int, _rows(statement, values | more)[0]))


@asked_once
def customer_means(scale: Scale, question: Question) -> CustomerMeans:
    sql, values = counted(scale, question)
    sign = sign_of(scale)
    n, mean, deviation, sum_of_means, squares, products, sizes = _rows(
        BY_CUSTOMER.format(counted=sql, sign=sign), values
    )[0]
    return CustomerMeans(
        n, mean, deviation, Decimal(sum_of_means), int(squares), int(products), int(sizes)
    )


def sign_of(scale: Scale, score: str = "score") -> str:
    """+1, 0 or -1 as SQL, of the score in a column."""
    return SIGN.format(score=score, good=scale.good_from, bad=scale.bad_to)


def scores_of(scale: Scale, question: Question) -> dict[int, int]:
    """How many counted answers gave each score."""
    sql, values = counted(scale, question)
    return dict(_rows(BY_SCORE.format(counted=sql), values))


def _both(scale: Scale, question: Question) -> tuple[str, dict[str, Any]]:
    known = question.known_before
    end = min(day_start(question.end), known) if known else day_start(question.end)
    sql, values = given(scale, day_start(question.moved(-1).start), end)
    return sql, values | {"middle": day_start(question.start)}


def _as_both(tallies: Iterable[tuple[bool, Tally]]) -> Both:
    parted = dict(tallies)
    return Both(before=parted.get(False, Tally()), now=parted.get(True, Tally()))


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
