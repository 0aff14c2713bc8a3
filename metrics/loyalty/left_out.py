"""Answers of a period that do not count: replaced by a later one, or outside the scale (SUR-5)."""

from collections.abc import Mapping

from django.db import connection

from metrics.insiders import insiders
from metrics.loyalty.answers import LATEST, Scale, given, moments, narrowing
from metrics.question import Question

# What is no point of the scale is not among the answers that are kept as they count.
OUTSIDE = """
    SELECT r.customer_id, (r.answered_at AT TIME ZONE %(zone)s)::date AS day,
        NULL::integer AS place_id
    FROM surveys_response r JOIN surveys_survey s ON s.id = r.survey_id
    WHERE s.kind = %(kind)s AND r.grade IN ('confirmed', 'manual', 'imported')
        AND r.score NOT BETWEEN %(low)s AND %(high)s
        AND r.answered_at >= %(from)s AND r.answered_at < %(to)s
        AND (r.contact_id IS NULL OR r.contact_id <> ALL(%(our_contacts)s::bigint[]))
"""
COUNTED = "SELECT count(*) FROM ({answers}) a WHERE true {narrowed}"


def left_out(scale: Scale, question: Question) -> Mapping[str, int]:
    every, values = given(scale, *moments(question))
    narrowed, more = narrowing(question)
    more |= {"low": scale.low, "high": scale.high, "our_contacts": insiders().contacts}

    def count(answers: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(COUNTED.format(answers=answers, narrowed=narrowed), values | more)
            return int(cursor.fetchone()[0])

    return {
        "superseded": count(every) - count(LATEST.format(given=every)),
        "rejected": count(OUTSIDE),
    }
