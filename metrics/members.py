"""Who of a few customers is asked about, looked up one by one.

`Question.narrowing` says the same as a list of all who are. That is the dearer way where a period
has few facts, and much dearer where a plan is asked for, which is looked up for each customer.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from metrics.question import Question, Row, ruling_of

# Their names stand in no statement these are put into: a `t` in here would hide a `t` out there.
HAD_TRAITS = """
    AND EXISTS (SELECT FROM metrics_customertrait had_trait
        WHERE had_trait.customer_id = {column} AND had_trait.since <= %(member_on)s
            AND (had_trait.until IS NULL OR had_trait.until > %(member_on)s) {asked})
"""
HAD_PLAN = """
    AND coalesce((SELECT had_line.plan FROM metrics_revenuemovement had_line
        WHERE had_line.customer_id = {column} AND had_line.day <= %(member_on)s
        ORDER BY had_line.day DESC, had_line.id DESC LIMIT 1), '') = %(member_plan)s
"""


def narrowing_few(question: Question, day: date, column: str) -> tuple[str, dict[str, Any]]:
    """`AND …` about the customer in a column, as of the end of a day; nothing for everybody."""
    if not question.is_narrowed:
        return "", {}
    traits = {
        "had_trait.segment": question.segment,
        "coalesce(had_trait.csm_id, 0)": question.csm,
        "had_trait.touch": question.touch,
    }
    met = {name: value for name, value in traits.items() if value is not None}
    asked = " ".join(f"AND {name} = %(member_{n})s" for n, name in enumerate(met))
    sql = HAD_TRAITS.format(column=column, asked=asked)
    values = {"member_on": day, **{f"member_{n}": value for n, value in enumerate(met.values())}}
    if question.plan is None:
        return sql, values
    return sql + HAD_PLAN.format(column=column), values | {"member_plan": question.plan}


def narrowed_few(question: Question, rows: "QuerySet[Row]", day: date) -> "QuerySet[Row]":
    """The rows of a few customers that are asked about, as of the end of a day."""
    if not question.is_narrowed:
        return rows
    ruling = ruling_of(day, question.segment, question.csm, question.touch, question.plan)
    return rows.filter(Exists(ruling.filter(customer_id=OuterRef("customer_id"))))
