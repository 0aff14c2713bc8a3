"""Rows that are records of one table with an id of theirs: customers, contacts, purchases, tickets.

Judging compares a row with the record there is. Saving writes a whole chunk with one COPY and one
statement per kind of change, and notes in the same statement what it wrote, so that it can be
taken back. Undoing writes the former values back or deletes, unless somebody has changed the
record since.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from customers.importing.context import Context
from customers.importing.drafts import CHANGED, NEW, UNCHANGED, Draft
from customers.importing.rows import plain_json


class OvertakenError(Exception):
    """Somebody else stored one of these records at the same time; judge the chunk again."""


@dataclass(frozen=True)
class Kind:
    """One table: which columns an import writes, and what a new record has where nothing is said.

    `stamps` are columns set to the moment of writing, on a new record and on a changed one. `key`
    is the unique column by which a row finds its record.
    """

    model: type[models.Model]
    fields: Sequence[str]
    defaults: dict[str, Any]
    new_stamps: Sequence[str] = ("created_at",)
    change_stamps: Sequence[str] = ()
    key: str = "external_id"

    @property
    def table(self) -> str:
        return self.model._meta.db_table


def existing(kind: Kind, keys: Iterable[str], *, lock: bool) -> dict[str, dict[str, Any]]:
    """The records there are, by their key; locked in one order so that imports never deadlock."""
    rows = kind.model._default_manager.filter(**{f"{kind.key}__in": set(keys)}).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return {row[kind.key]: row for row in rows.values("pk", *kind.fields)}


def settle(kind: Kind, draft: Draft, values: dict[str, Any], found: dict[str, Any] | None) -> None:
    """Give the row its verdict: values that differ from the record there is are the change."""
    if found is None:
        draft.verdict = NEW
        draft.record = {**kind.defaults, **values}
        return
    draft.record_id = found["pk"]
    draft.before = {name: found[name] for name, value in values.items() if found[name] != value}
    draft.verdict = CHANGED if draft.before else UNCHANGED
    if draft.before:
        draft.record = {name: values.get(name, found[name]) for name in kind.fields}


def save_records(kind: Kind, drafts: list[Draft], context: Context) -> None:
    new = [draft for draft in drafts if draft.verdict == NEW]
    changed = [draft for draft in drafts if draft.verdict == CHANGED]
    if new:
        _insert(kind, new, context)
    if changed:
        _update(kind, changed, context)


def _insert(kind: Kind, drafts: list[Draft], context: Context) -> None:
    stage(kind, drafts)
    names = [*kind.fields, *kind.new_stamps, *kind.change_stamps]
    statement = sql.SQL(
        "WITH written AS (INSERT INTO {table} ({names}) SELECT {fields}{moments} FROM import_stage"
        " ON CONFLICT ({key}) DO NOTHING RETURNING *)"
        " INSERT INTO customers_importrow (run_id, number, verdict, external_id, record_id, trace)"
        " SELECT %(run)s, s.row_of_file, 'new', left(w.{key}, 200), w.id, {trace}"
        " FROM written w JOIN import_stage s USING ({key})"
    ).format(
        key=sql.Identifier(kind.key),
        table=sql.Identifier(kind.table),
        names=_listed(names),
        fields=_listed(kind.fields),
        moments=sql.SQL(", %(now)s") * len(names[len(kind.fields) :]),
        trace=trace(kind, "w"),
    )
    _run(statement, drafts, context)


def _update(kind: Kind, drafts: list[Draft], context: Context) -> None:
    stage(kind, drafts)
    changes = [sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in kind.fields]
    changes += [sql.SQL("{} = %(now)s").format(sql.Identifier(name)) for name in kind.change_stamps]
    statement = sql.SQL(
        "WITH written AS (UPDATE {table} t SET {changes} FROM import_stage s"
        " WHERE t.id = s.record_id RETURNING t.*, s.row_of_file, s.before)"
        " INSERT INTO customers_importrow"
        " (run_id, number, verdict, external_id, record_id, before, trace)"
        " SELECT %(run)s, w.row_of_file, 'changed', left(w.{key}, 200), w.id, w.before, {trace}"
        " FROM written w"
    ).format(
        key=sql.Identifier(kind.key),
        table=sql.Identifier(kind.table),
        changes=sql.SQL(", ").join(changes),
        trace=trace(kind, "w"),
    )
    _run(statement, drafts, context)


def _run(statement: sql.Composed, drafts: list[Draft], context: Context) -> None:
    with connection.cursor() as cursor:
        cursor.execute(as_text(statement), {"run": context.run_id, "now": timezone.now()})
        if cursor.rowcount != len(drafts):
            raise OvertakenError


def stage(kind: Kind, drafts: list[Draft]) -> None:
    """One COPY of the chunk into a table of this transaction."""
    fields = list(kind.fields)
    json_fields = {name for name in fields if _is_json(kind, name)}
    create = sql.SQL(
        "DROP TABLE IF EXISTS import_stage;"
        "CREATE TEMP TABLE import_stage ON COMMIT DROP AS"
        " SELECT 0 AS row_of_file, 0::bigint AS record_id, '{{}}'::jsonb AS before, {fields}"
        " FROM {table} WITH NO DATA"
    ).format(fields=_listed(fields), table=sql.Identifier(kind.table))
    copy = sql.SQL("COPY import_stage (row_of_file, record_id, before, {}) FROM STDIN").format(
        _listed(fields)
    )
    with connection.cursor() as cursor:
        cursor.execute(as_text(create))
        with cursor.copy(copy) as into:
            for draft in drafts:
                record = draft.record
                values = [
                    Jsonb(record[name]) if name in json_fields else record[name] for name in fields
                ]
                before = plain_json(draft.before) if draft.before else None
                into.write_row((draft.number, draft.record_id, before, *values))


def _is_json(kind: Kind, name: str) -> bool:
    fields = {field.attname: field for field in kind.model._meta.concrete_fields}
    return isinstance(fields[name], models.JSONField)


def trace(kind: Kind, alias: str) -> sql.Composable:
    """A short mark of what stands in the imported columns, to notice later changes."""
    columns = [
        sql.SQL("{}.{}").format(sql.Identifier(alias), sql.Identifier(n)) for n in kind.fields
    ]
    return sql.SQL("md5(ROW({})::text)").format(sql.SQL(", ").join(columns))


def as_text(statement: sql.Composable) -> str:
    """What wraps Django's cursors (the audit) reads statements as text."""
    return statement.as_string(connection.connection)


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def restore(kind: Kind, row_ids: list[int]) -> list[int]:
    """Write former values back where the record is as we left it. Which import rows were done."""
    changes = [
        sql.SQL("{0} = CASE WHEN r.before ? {1} THEN p.{0} ELSE t.{0} END").format(
            sql.Identifier(name), sql.Literal(name)
        )
        for name in kind.fields
    ]
    changes += [sql.SQL("{} = now()").format(sql.Identifier(name)) for name in kind.change_stamps]
    statement = sql.SQL(
        "UPDATE {table} t SET {changes} FROM customers_importrow r,"
        " jsonb_populate_record(NULL::{table}, r.before) p"
        " WHERE r.id = ANY(%(rows)s) AND r.verdict = 'changed' AND t.id = r.record_id"
        " AND r.trace = {trace} RETURNING r.id"
    ).format(
        table=sql.Identifier(kind.table),
        changes=sql.SQL(", ").join(changes),
        trace=trace(kind, "t"),
    )
    with connection.cursor() as cursor:
        cursor.execute(as_text(statement), {"rows": row_ids})
        return [row[0] for row in cursor.fetchall()]


def remove(kind: Kind, row_ids: list[int], in_use: Callable[[list[int]], set[int]]) -> list[int]:
    """Delete new records that are as we left them and that nothing has been built upon."""
    statement = sql.SQL(
        "SELECT r.id, t.id FROM customers_importrow r JOIN {table} t ON t.id = r.record_id"
        " WHERE r.id = ANY(%(rows)s) AND r.verdict = 'new' AND r.trace = {trace}"
        " ORDER BY t.id FOR UPDATE OF t"
    ).format(table=sql.Identifier(kind.table), trace=trace(kind, "t"))
    with connection.cursor() as cursor:
        cursor.execute(as_text(statement), {"rows": row_ids})
        untouched = dict(cursor.fetchall())
    used = in_use(list(untouched.values()))
    free = {row: record for row, record in untouched.items() if record not in used}
    kind.model._default_manager.filter(pk__in=free.values()).delete()
    return list(free)


def named_by(
    model: type[models.Model], ids: list[int], matters: Callable[[type[models.Model]], bool]
) -> set[int]:
    """Which of these records other rows point at; `matters` says of which tables.

    The ORM finds the relations, so that this floor need not know who stands upon it.
    """
    used: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and matters(relation.related_model):
            name = relation.field.attname
            rows = relation.related_model._default_manager.filter(**{f"{name}__in": ids})
            used |= set(rows.values_list(name, flat=True))
    return used


def is_audit(model: type[models.Model]) -> bool:
    """Tables of former versions point at everything, and hold nothing."""
    return hasattr(model, "pgh_tracked_model")
