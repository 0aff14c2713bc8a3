"""Scoring: the inputs of a day become a score from 0 to 100 with its parts (HLTH-1).

scaled = 100 · (input − worst) / (best − worst), held within 0 and 100, rounded to six decimals.
score  = Σ weight · scaled / Σ weight over the inputs that are there, rounded to two decimals.
coverage = weight that is there / whole weight; below one half there is no score (band "none").
A cancellation in sight, more days past due than the limit, or a champion who left without another
one, holds the score at 39 and keeps the uncapped value. Green from 70, amber from 40, as the
scorecard says. Halves are rounded away from 0.

Decimal arithmetic inside PostgreSQL, one statement for a range of customers: it writes the score
and the snapshot that lists read. Who has churned keeps the last score and gets no new one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from lib.days import day_bounds
from metrics.health.inputs import GATHER
from metrics.health.measures import Measure
from metrics.models import Scorecard
from metrics.revenue.learned import LEARNED_SINCE
from metrics.revenue.value import FOR_EVER, value_parameters

CAP = 39
OF_RANGE = "customer_id BETWEEN %(first)s AND %(last)s"
# The column of the inputs that holds each measure.
COLUMN = {m: "overdue_days" if m == Measure.DAYS_PAST_DUE else m.value for m in Measure}

SCALED = ", ".join(
    f"round(least(100, greatest(0, 100 * ({COLUMN[m]} - %({m}_worst)s)"
    f" / (%({m}_best)s - %({m}_worst)s))), 6) AS {m}_scaled"
    for m in Measure
)
PRESENT = " + ".join(
    f"CASE WHEN {COLUMN[m]} IS NULL THEN 0 ELSE %({m}_weight)s END" for m in Measure
)
WEIGHED = " + ".join(f"coalesce({m}_scaled * %({m}_weight)s, 0)" for m in Measure)
PARTS = ", ".join(
    f"'{m}', jsonb_build_object('input', {COLUMN[m]}, 'scaled', {m}_scaled, 'weight',"
    f" %({m}_weight)s, 'points', round({m}_scaled * %({m}_weight)s / present, 4))"
    for m in Measure
)
# Weight that is there; an uncapped score where that is half of the whole; what holds it down.
# OFFSET 0 keeps PostgreSQL from putting a formula in wherever its result is named, which would work
# it out five times over.
WEIGH = f"""
    scaled AS (
        SELECT i.*, {SCALED}, {PRESENT} AS present FROM inputs i WHERE i.is_active OFFSET 0
    ),
    weighed AS (
        SELECT s.*, round(present / %(whole)s, 3) AS coverage,
            CASE WHEN present > 0 AND present * 2 >= %(whole)s
                THEN round(({WEIGHED}) / present, 2) END AS uncapped,
            CASE WHEN is_ending THEN 'cancellation_scheduled'
                WHEN days_past_due > %(past_due_limit)s THEN 'past_due'
                WHEN champion_left THEN 'champion_left' ELSE '' END AS held_by
        FROM scaled s OFFSET 0
    ),
    judged AS (
        SELECT w.*, CASE WHEN uncapped IS NULL THEN '' ELSE held_by END AS override,
            CASE WHEN uncapped > {CAP} AND held_by <> '' THEN {CAP} ELSE uncapped END AS score
        FROM weighed w
    ),
    banded AS (
        SELECT j.*, CASE WHEN score IS NULL THEN 'none' WHEN score >= %(green_from)s THEN 'green'
            WHEN score >= %(amber_from)s THEN 'amber' ELSE 'red' END AS band
        FROM judged j
    )
"""
WRITE_SCORES = f"""
    INSERT INTO metrics_healthscore (customer_id, day, score, uncapped, override, band, coverage,
        parts, scorecard_version)
    SELECT customer_id, %(day)s, score, uncapped,
        override, band, coverage, jsonb_build_object({PARTS}), %(version)s
    FROM banded
    ON CONFLICT (customer_id, day) DO NOTHING
    RETURNING 1
"""
# What a snapshot keeps of a customer `b`, whose score a week ago was that of `h`.
KEPT = {
    "day": "%(day)s",
    "health_score": "b.score",
    "health_band": "b.band",
    "health_coverage": "b.coverage",
    "health_change_7": "b.score - h.score",
    "mrr": "round(b.annual / 12, 4)",
    "annual_value": "b.annual",
    "renews_on": "b.renews_on",
    "seats": "b.seats",
    "active_people_28": "b.people",
    "usage_28": "b.uses",
    "usage_before_28": "b.uses_before",
    "nps_score": "b.nps",
    "nps_on": "b.answered_on",
    "open_urgent_tickets": "b.tickets",
    "days_past_due": "b.days_past_due",
    "stale_since": "NULL",
}
WITH_WEEK_AGO = f"""
    FROM banded b LEFT JOIN metrics_healthscore h
        ON h.customer_id = b.customer_id AND h.day = %(week_ago)s AND h.{OF_RANGE}
"""
# Who has a snapshot already is nearly everybody, and changing a row is cheaper than trying to add
# one first.
CHANGE_SNAPSHOTS = f"""
    UPDATE metrics_snapshot s SET {", ".join(f"{name} = {value}" for name, value in KEPT.items())}
    {WITH_WEEK_AGO} WHERE s.customer_id = b.customer_id AND s.{OF_RANGE} AND s.day <= %(day)s
"""
ADD_SNAPSHOTS = f"""
    INSERT INTO metrics_snapshot (customer_id, {", ".join(KEPT)})
    SELECT b.customer_id, {", ".join(KEPT.values())} {WITH_WEEK_AGO}
    WHERE NOT b.has_snapshot
    ON CONFLICT (customer_id) DO NOTHING
"""
# The money of who has left goes down, the last score stays.
WRITE_GONE = f"""
    UPDATE metrics_snapshot s
    SET annual_value = i.annual, mrr = round(i.annual / 12, 4), renews_on = i.renews_on
    FROM inputs i
    WHERE NOT i.is_active AND i.annual <> i.annual_before AND s.customer_id = i.customer_id
        AND s.{OF_RANGE}
"""
# Whose ledger is out of date: the total changed, or something was learned since the last night.
TOUCHED = f"""
    SELECT i.customer_id FROM inputs i
    WHERE i.annual <> i.annual_before OR i.customer_id IN ({LEARNED_SINCE})
"""
SCORE = f"""
    WITH {GATHER}, {WEIGH}, scores AS ({WRITE_SCORES}),
    changed AS ({CHANGE_SNAPSHOTS}), added AS ({ADD_SNAPSHOTS}), gone AS ({WRITE_GONE})
    SELECT (SELECT count(*) FROM scores), ARRAY({TOUCHED})
"""


@dataclass(frozen=True)
class Scored:
    """How many scores were written, and whose ledger of movements has to be written anew."""

    scores: int
    touched: list[int]


def score_health(
    day: date, scorecard: Scorecard, *, first: int, last: int, since: datetime | None = None
) -> Scored:
    """Score the customers with ids in `[first, last]` at the end of a day.

    A score that is there stays: what we believed is not rewritten. `since` is the moment of the
    last night, so that subscriptions learned of since then can be told apart; None means all.
    """
    values = (
        _scorecard_parameters(scorecard) | value_parameters() | _day_parameters(day)
        | {"first": first, "last": last, "since": since or "-infinity"}
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SCORE, values)
        scores, touched = cursor.fetchone()
    return Scored(scores, touched)


def _day_parameters(day: date) -> dict[str, Any]:
    return {
        "day": day,
        "end": day_bounds(day)[1],
        "week_ago": date.fromordinal(day.toordinal() - 7),
        "zone": settings.REPORTING_TIME_ZONE,
        "known_at": FOR_EVER,
    }


def _scorecard_parameters(scorecard: Scorecard) -> dict[str, Any]:
    """Weights and borders as Decimals; a measure the scorecard leaves out weighs nothing."""
    values: dict[str, Any] = {
        "version": scorecard.version,
        "green_from": scorecard.green_from,
        "amber_from": scorecard.amber_from,
    }
    whole = Decimal(0)
    for measure in Measure:
        borders = scorecard.measures.get(measure, {"weight": 0, "worst": 0, "best": 1})
        for word in ("weight", "worst", "best"):
            values[f"{measure}_{word}"] = Decimal(str(borders[word]))
        whole += Decimal(str(borders["weight"]))
    return values | {"whole": whole}
