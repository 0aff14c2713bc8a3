"""The audit log: what one entry changed, and which entries are about a customer.

Every audited table has a twin `<table>event` with one row for each change, holding the values
*after* it; the values before it are those of the row's previous change. The twins are found by
their kind, so this module knows no app by name.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from pghistory.models import Event
from psycopg import sql

# An import may change a hundred thousand rows; a page shows the first of each table.
SHOWN_PER_TABLE = 200
# More than anybody reads; keeps the page of one customer quick.
ENTRIES_PER_CUSTOMER = 5000

CHANGES = """(
    SELECT {model} AS model, e.pgh_id, e.pgh_label AS act, e.pgh_obj_id::text AS row_id,
        e.pgh_created_at AS moment, to_jsonb(e) AS after,
        (SELECT to_jsonb(p) FROM {table} p
         WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id
         ORDER BY p.pgh_id DESC LIMIT 1) AS before
    FROM {table} e WHERE e.pgh_context_id = %(entry)s ORDER BY e.pgh_id LIMIT {limit}
)"""
COUNTS = """
    SELECT pgh_context_id, {model} AS model, pgh_label, count(*) FROM {table}
    WHERE pgh_context_id = ANY(%(entries)s) GROUP BY pgh_context_id, pgh_label
"""
ABOUT_A_CUSTOMER = """
    SELECT pgh_context_id, pgh_created_at FROM {table}
    WHERE {column} = %(customer)s AND pgh_context_id IS NOT NULL
"""


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RowChange:
    """`act` is insert, update or delete. An update of a row from before the log has no before."""

    table: str
    act: str
    row_id: str
    fields: list[FieldChange]


@dataclass(frozen=True)
class ChangeCount:
    table: str
    act: str
    count: int


def event_models() -> list[type[models.Model]]:
    """The twins of all audited tables."""
    return [m for m in apps.get_models() if issubclass(m, Event) and m._meta.managed]


def changes_of(entry: UUID) -> list[RowChange]:
    """What an entry changed, in the order it happened; at most SHOWN_PER_TABLE rows a table."""
    limit = sql.Literal(SHOWN_PER_TABLE)
    parts = [_filled(CHANGES, model, limit=limit) for model in event_models()]
    statement = sql.SQL("SELECT * FROM ({}) found ORDER BY moment, model, pgh_id").format(
        sql.SQL(" UNION ALL ").join(parts)
    )
    return [_row_change(*row) for row in _rows(statement, {"entry": entry})]


def counts_of(entries: Iterable[UUID]) -> dict[UUID, list[ChangeCount]]:
    """How many rows of which table each entry changed."""
    parts = [_filled(COUNTS, model) for model in event_models()]
    found: dict[UUID, list[ChangeCount]] = {}
    rows = _rows(sql.SQL(" UNION ALL ").join(parts), {"entries": list(entries)})
    for entry, model, act, count in rows:
        found.setdefault(entry, []).append(ChangeCount(_tracked(model)[1], act, count))
    return found


def entries_about(customer_id: int) -> list[UUID]:
    """Entries that changed a customer or a row that belongs to her, newest first."""
    parts = []
    for model in event_models():
        column = _column_of_customer(model)
        if column:
            parts.append(_filled(ABOUT_A_CUSTOMER, model, column=sql.Identifier(column)))
    statement = sql.SQL(
        "SELECT pgh_context_id FROM ({}) found GROUP BY 1 ORDER BY max(pgh_created_at) DESC LIMIT"
        " {}"
    ).format(sql.SQL(" UNION ALL ").join(parts), sql.Literal(ENTRIES_PER_CUSTOMER))
    return [row[0] for row in _rows(statement, {"customer": customer_id})]


def _rows(statement: sql.Composed, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # As text, because the audit's own hook on statements reads texts only.
        cursor.execute(statement.as_string(connection.connection), values)
        return cursor.fetchall()


def _filled(text: str, model: type[models.Model], **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(text).format(
        model=sql.Literal(model._meta.label), table=sql.Identifier(model._meta.db_table), **parts
    )


def _column_of_customer(model: type[models.Model]) -> str:
    """Where a twin names its customer; empty when it has nothing to do with one."""
    if model.pgh_tracked_model._meta.model_name == "customer":  # type: ignore[attr-defined]  # set by pghistory
        return "pgh_obj_id"
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return columns.get("customer", "")


def _tracked(label: str) -> tuple[type[models.Model], str]:
    """The audited model behind a twin, and how a person calls it."""
    model = apps.get_model(label).pgh_tracked_model
    return model, str(model._meta.verbose_name)


def _row_change(
    label: str,
    _pgh_id: int,
    act: str,
    row_id: str,
    _moment: Any,
    after: str,
    before: str | None,
) -> RowChange:
    """`after` and `before` are rows as JSON."""
    model, name = _tracked(label)
    row = json.loads(after)
    old, new = (row, {}) if act == "delete" else (json.loads(before or "{}"), row)
    fields = [
        FieldChange(_label_of(model, column), old.get(column), new.get(column))
        for column in row
        if not column.startswith("pgh_") and old.get(column) != new.get(column)
    ]
    return RowChange(name, act, row_id, fields)


def _label_of(model: type[models.Model], column: str) -> str:
    names = {field.column: field.verbose_name for field in model._meta.concrete_fields}
    return str(names.get(column, column))
