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
JOINING = "SELECT l.customer_id FROM {lives} l {traits} WHERE true {conditions}"
TRAITS = """
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
    """`AND customer_id IN (…)` of who had the traits when it joined, and its values."""
    if not question.is_narrowed:
        return "", {}
    traits, conditions, values = joined_as(question)
    joining = JOINING.format(lives=lives(), traits=traits, conditions=conditions)
    return f"AND customer_id IN ({joining})", values


def joined_as(question: Question) -> tuple[str, str, dict[str, Any]]:
    """The same for a statement that reads lives as `l`: a join, `AND …`, and values.

    A customer stays in the cohort it joined with: what it became later does not move it. Traits are
    joined only where somebody asks for them.
    """
    traits = {
        "t.segment": question.segment,
        "t.touch": question.touch,
        "coalesce(t.csm_id, 0)": question.csm,
    }
    asked = {"l.plan": question.plan, **traits}
    met = {column: value for column, value in asked.items() if value is not None}
    conditions = " ".join(f"AND {column} = %(joining_{n})s" for n, column in enumerate(met))
    values = {f"joining_{n}": value for n, value in enumerate(met.values())}
    return TRAITS if met.keys() & traits.keys() else "", conditions, values
