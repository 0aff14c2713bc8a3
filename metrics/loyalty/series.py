"""A survey figure day by day and month by month.

Of a day counts what was answered in the 90 days up to it, of each contact or interaction the latest
by then; so an answer stands in the figure from its day until it is 90 days old or superseded. Of a
month counts what was answered in it. Both come from one pass over the answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from lib.days import add_months, day_start, days_between, month_start
from metrics.intervals import Interval, wilson
from metrics.loyalty.answers import NPS, Scale, given, narrowing
from metrics.loyalty.tallies import COUNTS, Tally
from metrics.nps import WINDOW_DAYS, Nps
from metrics.question import Question

DAYS, MONTHS = 180, 13

# Each answer is added on its day and taken away when it no longer counts. Days are worked out once
# for each (OFFSET 0), not in each place where they are read.
STEPS = f"""
    WITH a AS (
        SELECT score, customer_id, place_id, day, least(day + {WINDOW_DAYS},
            CASE WHEN next_at < %(to)s THEN (next_at AT TIME ZONE %(zone)s)::date END) AS until
        FROM ({{given}} OFFSET 0) given OFFSET 0
    ), counting AS (
        SELECT day, until, count(*) AS n, count(*) FILTER (WHERE score >= %(good)s) AS good,
            count(*) FILTER (WHERE score <= %(bad)s) AS bad
        FROM a WHERE until > day {{narrowed}} GROUP BY day, until
    )
    SELECT day, sum(n), sum(good), sum(bad)
    FROM (SELECT day, n, good, bad FROM counting
        UNION ALL SELECT until, -n, -good, -bad FROM counting) steps GROUP BY day ORDER BY day
"""
BY_MONTH = """
    WITH a AS (
        SELECT * FROM (
            SELECT *, date_trunc('month', day::timestamp)::date AS month
            FROM ({given}) given OFFSET 0) dated
        WHERE next_at IS NULL OR next_at >= %(to)s
            OR (next_at AT TIME ZONE %(zone)s)::date >= month + interval '1 month'
    )
    SELECT month, {counts} FROM a WHERE true {narrowed} GROUP BY month ORDER BY month
"""


@dataclass(frozen=True)
class Point:
    """A figure with its range: NPS in points, the others as shares. None without answers."""

    day: date
    n: int
    value: float | None
    low: float | None
    high: float | None


def by_day(scale: Scale, question: Question, days: int = DAYS) -> list[Point]:
    """The days up to the last one that is asked about, oldest first."""
    start = question.end - timedelta(days=days)
    sql, values = _given(scale, question, start - timedelta(days=WINDOW_DAYS - 1))
    values |= {"good": scale.good_from, "bad": scale.bad_to}
    steps = {day: counts for day, *counts in _rows(STEPS, sql, values, question)}
    counts = [0, 0, 0]
    points = []
    for day in days_between(min([*steps, start]), question.end):
        counts = [
            old + int(new) for old, new in zip(counts, steps.get(day, (0, 0, 0)), strict=True)
        ]
        if day >= start:
            points.append(point(scale, day, Tally(*counts)))
    return points


def by_month(scale: Scale, question: Question, months: int = MONTHS) -> list[Point]:
    """Whole months up to that of the last day; months nobody answered in are left out."""
    start = add_months(month_start(question.day), 1 - months)
    sql, values = _given(scale, question, start)
    rows = _rows(BY_MONTH, sql, values, question, COUNTS.format(
        good=scale.good_from, bad=scale.bad_to))  # fmt: skip
    return [point(scale, month, Tally(*counts)) for month, *counts in rows]


def point(scale: Scale, day: date, tally: Tally) -> Point:
    if not tally.n:
        return Point(day, 0, None, None, None)
    if scale == NPS:
        nps = Nps(tally.good, tally.neither, tally.bad)
        return Point(day, tally.n, float(nps.value or 0), float(nps.low or 0), float(nps.high or 0))
    ends = wilson(tally.good, tally.n) or Interval(0, 1)
    return Point(day, tally.n, tally.good / tally.n, ends.low, ends.high)


def _given(scale: Scale, question: Question, start: date) -> tuple[str, dict[str, Any]]:
    end, known = day_start(question.end), question.known_before
    return given(scale, day_start(start), min(end, known) if known else end)


def _rows(
    statement: str, sql: str, values: dict[str, Any], question: Question, counts: str = ""
) -> Sequence[Any]:
    narrowed, more = narrowing(question)
    with connection.cursor() as cursor:
        words = {"given": sql, "narrowed": narrowed, "counts": counts}
        cursor.execute(statement.format(**words), values | more)
        return cursor.fetchall()
