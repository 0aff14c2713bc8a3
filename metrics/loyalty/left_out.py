"""Answers of a period that do not count: replaced by a later one, or outside the scale (SUR-5)."""

from collections.abc import Mapping

from django.db import connection

from metrics.loyalty.answers import LATEST, RESPONSES, Scale, given, moments, narrowing
from metrics.question import Question

COUNTED = "SELECT count(*) FROM ({answers}) a WHERE true {narrowed}"


def left_out(scale: Scale, question: Question) -> Mapping[str, int]:
    every, values = given(scale, *moments(question))
    narrowed, more = narrowing(question)
    outside = RESPONSES.replace("r.score BETWEEN", "r.score NOT BETWEEN")

    def count(answers: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(COUNTED.format(answers=answers, narrowed=narrowed), values | more)
            return int(cursor.fetchone()[0])

    return {
        "superseded": count(every) - count(LATEST.format(given=every)),
        "rejected": count(outside.format(score=scale.score, unit="r.id")),
    }
