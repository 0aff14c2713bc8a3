"""Which answers count, of whom, and under which traits (SUR-1, SUR-5).

A relationship is asked about as a whole: of each contact the latest valid answer of a period counts
for NPS. CSAT and effort are about interactions: of each interaction the latest answer counts,
and one that names none stands for itself. A ticket that was rated is an interaction like any other
and counts for CSAT on the day it was closed. The database keeps all of these with every change
(models/counted_answer.py). An answer stays with the customer the contact belonged
to, and is counted under the segment, CSM, touch and plan which that customer had on the day of the
answer. Suspect answers, and those of our own people (metrics/insiders.py), are left out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from lib.days import day_start
from metrics.insiders import insiders
from metrics.question import Question


@dataclass(frozen=True)
class Scale:
    """How the answers of a kind of survey are read; those of effort are stored turned round."""

    kind: str
    low: int
    high: int
    good_from: int
    bad_to: int


NPS = Scale("nps", 0, 10, good_from=9, bad_to=6)
CSAT = Scale("csat", 1, 5, good_from=4, bad_to=2)
CES = Scale("ces", 1, 7, good_from=5, bad_to=3)
EFFORT = Scale("ces5", 1, 5, good_from=4, bad_to=2)

# Where something is counted, as the last night wrote it; nothing where that may have changed.
PLACE = """
    CASE WHEN {row}.customer_id IN (SELECT customer_id FROM metrics_movedcustomer) THEN NULL
        ELSE {row}.{column} END AS place_id
"""
# `next_at` is when the same contact or interaction answered again; what comes then, counts then.
GIVEN = """
    SELECT c.key, c.customer_id, c.contact_id, c.score, c.answered_at, c.unit, {next_at} AS next_at,
        (c.answered_at AT TIME ZONE %(zone)s)::date AS day, {place}
    FROM metrics_countedanswer c
    WHERE c.kind = %(kind)s AND c.answered_at >= %(from)s AND c.answered_at < %(to)s {theirs}
"""
# Where some are left out, others may be the last of their contact or interaction.
FOLLOWED = "lead(c.answered_at) OVER (PARTITION BY c.unit ORDER BY c.answered_at, c.key)"
THEIRS = "AND (c.contact_id IS NULL OR c.contact_id <> ALL(%(our_contacts)s::bigint[]))"
LATEST = "SELECT * FROM ({given}) given WHERE next_at IS NULL OR next_at >= %(to)s"
RULING = """
    t.customer_id = a.customer_id AND t.since <= a.day AND (t.until IS NULL OR t.until > a.day)
"""
PLAN = """
    coalesce((SELECT m.plan FROM metrics_revenuemovement m
        WHERE m.customer_id = a.customer_id AND m.day <= a.day
        ORDER BY m.day DESC, m.id DESC LIMIT 1), '')
"""
PLACED = """
    AND CASE WHEN a.place_id IS NULL THEN {looked_up}
        ELSE a.place_id IN (SELECT p.id FROM metrics_place p WHERE {places}) END
"""


def given(scale: Scale, start: datetime, end: datetime) -> tuple[str, dict[str, Any]]:
    """Every valid answer of `[start, end)`, those that are superseded among them."""
    ours = insiders().contacts
    values = {"zone": settings.REPORTING_TIME_ZONE, "kind": scale.kind, "from": start, "to": end}
    place = PLACE.format(row="c", column="place_id")
    if not ours:
        return GIVEN.format(next_at="c.next_at", theirs="", place=place), values
    sql = GIVEN.format(next_at=FOLLOWED, theirs=THEIRS, place=place)
    return sql, values | {"our_contacts": ours}


def counted(scale: Scale, question: Question) -> tuple[str, dict[str, Any]]:
    """The answers that count in a period for those who are asked about: key, customer_id,
    contact_id, score, answered_at, day, unit."""
    every, values = given(scale, *moments(question))
    narrowed, more = narrowing(question)
    latest = LATEST.format(given=every)
    return f"SELECT * FROM ({latest}) a WHERE true {narrowed}", values | more


def moments(question: Question) -> tuple[datetime, datetime]:
    """What lies in the period and was answered by the day it is known on."""
    start, end = day_start(question.start), day_start(question.end)
    known = question.known_before
    return start, max(start, min(end, known)) if known else end


def narrowing(question: Question) -> tuple[str, dict[str, Any]]:
    """`AND …` for a statement over answers `a`, by the traits and the plan of the day of each.

    Those without a place (`place_id`) are looked up by `customer_id` and `day`.
    """
    if not question.is_narrowed:
        return "", {}
    asked: dict[str, Any] = {}
    traits, places = [], []
    for name in ("segment", "touch"):
        if (wanted := getattr(question, name)) is not None:
            traits.append(f"t.{name} = %(asked_{name})s")
            places.append(f"p.{name} = %(asked_{name})s")
            asked[f"asked_{name}"] = wanted
    if question.csm is not None:
        traits.append("coalesce(t.csm_id, 0) = %(asked_csm)s")
        places.append("p.csm_id = %(asked_csm)s")
        asked["asked_csm"] = question.csm
    looked_up = []
    if traits:
        ruling = " AND ".join([RULING, *traits])
        looked_up.append(f"EXISTS (SELECT FROM metrics_customertrait t WHERE {ruling})")
    if question.plan is not None:
        looked_up.append(f"{PLAN} = %(asked_plan)s")
        places.append("p.plan = %(asked_plan)s")
        asked["asked_plan"] = question.plan
    words = {"looked_up": " AND ".join(looked_up), "places": " AND ".join(places)}
    return PLACED.format(**words), asked
