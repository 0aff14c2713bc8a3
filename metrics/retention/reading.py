"""Lives and steps as they are stored, or as they were known on the day of a question (GEN-4)."""

from typing import Any

from metrics.question import Question
from metrics.retention.lives import LIVES, STEPS
from metrics.retention.terms import COLUMNS as TERM_COLUMNS
from metrics.retention.terms import TERMS
from metrics.revenue.recall import is_recalling

KNOWN = "customer_id IN (SELECT customer_id FROM known_customer)"
STORED = """
    SELECT {columns} FROM {table} stored WHERE NOT EXISTS (
        SELECT FROM known_customer k WHERE k.customer_id = stored.customer_id)
"""
LIFE_COLUMNS = "customer_id, joined_on, cohort, first_lost_on, known_from, plan"
STEP_COLUMNS = (
    "customer_id, cohort, age, plan, joined, joined_with,"
    " paying, surviving, net, gross, net_surviving, gross_surviving"
)
JOINING = """
    SELECT l.customer_id FROM {lives} l
    LEFT JOIN metrics_customertrait t ON t.customer_id = l.customer_id
        AND t.since <= l.joined_on AND (t.until IS NULL OR t.until > l.joined_on)
"""


def lives() -> str:
    """SQL of what stands after FROM: the lives of customers."""
    return _source("metrics_customerlife", LIFE_COLUMNS, LIVES)


def steps() -> str:
    """SQL of what stands after FROM: the steps of cohorts."""
    return _source("metrics_cohortstep", STEP_COLUMNS, STEPS)


def terms() -> str:
    """SQL of what stands after FROM: the terms of contracts."""
    return _source("metrics_contractterm", TERM_COLUMNS, TERMS)


def _source(table: str, columns: str, built: str) -> str:
    """Of whom something was learned later, they are built anew from the ledger of then."""
    if not is_recalling():
        return table
    stored = STORED.format(columns=columns, table=table)
    return f"({stored} UNION ALL ({built.format(those=KNOWN)}))"


def joining_members(question: Question) -> tuple[str, dict[str, Any]]:
    """`AND customer_id IN (…)` of who had the traits when it joined, and its values.

    A customer stays in the cohort it joined with: what it became later does not move it.
    """
    if not question.is_narrowed:
        return "", {}
    asked = {
        "l.plan": question.plan,
        "t.segment": question.segment,
        "t.touch": question.touch,
        "coalesce(t.csm_id, 0)": question.csm,
    }
    met = {column: value for column, value in asked.items() if value is not None}
    conditions = " AND ".join(f"{column} = %(joining_{n})s" for n, column in enumerate(met))
    values = {f"joining_{n}": value for n, value in enumerate(met.values())}
    joining = JOINING.format(lives=lives())
    return f"AND customer_id IN ({joining} WHERE {conditions})", values
