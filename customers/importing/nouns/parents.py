"""A parent may stand anywhere in the file of its children: above them, or below.

A child that comes before its parent is stored without one, and its import row names the parent.
After the last row one statement ties all of them up. An undo first unties them, so that the rows
can go from the last to the first.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, LiteralString

from django.db import connection
from django.utils import timezone
from psycopg import sql

from customers.importing.context import Context
from customers.importing.drafts import CHANGED, NEW, REJECTED, Draft
from customers.importing.nouns.noun import Judge, Reader
from customers.importing.records import Kind, as_text, trace
from customers.models import ImportRow

CHUNK_ROWS = 5_000
# How often a file is judged to find parents that are refused themselves, and theirs, and theirs.
TRIALS = 5
BELOW, RINGS = "parents below", "rings"


def find_parents_below(read: Reader, context: Context, judge: Judge) -> None:
    """Note which parents stand below their children and will be stored, and who runs in a ring.

    Costs one reading of the file where a column names parents, and more only where it must.
    """
    if not any(column.field == "parent" for _position, column in context.plan.columns):
        return
    above, awaited = _parents_named(read())
    if not awaited:
        return
    context.foresight[RINGS] = in_rings(above)
    below = awaited
    for _trial in range(TRIALS):
        stored = _stored(read(), context, below, judge)
        if stored == below:
            break
        below = stored
    else:
        below = set()
    context.foresight[BELOW] = below


def _parents_named(drafts: Iterator[Draft]) -> tuple[dict[str, str], set[str]]:
    """Each child's parent, and the parents whose row comes after a child's."""
    above: dict[str, str] = {}
    missed: set[str] = set()
    awaited: set[str] = set()
    read: set[int] = set()
    for draft in drafts:
        if draft.problems:
            continue
        key, parent = draft.values["external_id"], draft.values.get("parent")
        read.add(hash(key))
        if key in missed:
            awaited.add(key)
        if parent:
            above.setdefault(key, parent)
            if hash(parent) not in read:
                missed.add(parent)
    return above, awaited


def in_rings(above: dict[str, str]) -> set[str]:
    """Those who would be their own ancestors."""
    rings: set[str] = set()
    walked: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        key = start
        while key in above and key not in walked and key not in path:
            path[key] = None
            key = above[key]
        if key in path:
            keys = list(path)
            rings |= set(keys[keys.index(key) :])
        walked |= path.keys()
    return rings


def _stored(drafts: Iterator[Draft], context: Context, below: set[str], judge: Judge) -> set[str]:
    """Which of them are not refused when the file is judged with this foresight."""
    foresight = {**context.foresight, BELOW: below}
    trial = replace(context, is_saving=False, seen=set(), foresight=foresight)
    stored: set[str] = set()
    while chunk := list(islice(drafts, CHUNK_ROWS)):
        judge(chunk, trial)
        stored |= {draft.key for draft in chunk if draft.verdict != REJECTED} & below
    return stored


def is_below(parent: str, context: Context) -> bool:
    return parent in context.foresight.get(BELOW, ())


def is_in_ring(key: str, context: Context) -> bool:
    return key in context.foresight.get(RINGS, ())


def is_waiting(draft: Draft) -> bool:
    is_written = draft.verdict in {NEW, CHANGED}
    return is_written and bool(draft.values.get("parent")) and draft.record["parent_id"] is None


def note_waiting(drafts: list[Draft], context: Context) -> None:
    """Their import rows learn which parent they wait for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_importrow r SET after = jsonb_build_object('parent', w.parent)"
            " FROM unnest(%s::int[], %s::text[]) AS w(number, parent)"
            " WHERE r.run_id = %s AND r.number = w.number",
            [[d.number for d in drafts], [d.values["parent"] for d in drafts], context.run_id],
        )


def tie_up(kind: Kind, context: Context) -> None:
    """Give the waiting children their parents. A second time changes nothing."""
    waiting = ImportRow.objects.filter(run=context.run_id, after__has_key="parent")
    names = set(waiting.values_list("after__parent", flat=True))
    parents = context.customers_named(names)
    if not parents:
        return
    _move(
        kind,
        "SELECT r.id AS row_id, t.id AS child_id, p.id AS parent_id, r.trace = {trace} AS is_ours"
        " FROM customers_importrow r JOIN {table} t ON t.id = r.record_id"
        " JOIN unnest(%(names)s::text[], %(ids)s::bigint[]) AS p(name, id)"
        " ON p.name = r.after->>'parent'"
        " WHERE r.run_id = %(run)s AND r.after ? 'parent' AND t.parent_id IS NULL",
        {
            "run": context.run_id,
            "names": list(parents),
            "ids": [parent["pk"] for parent in parents.values()],
        },
    )


def untie(kind: Kind, run_id: int) -> None:
    """Take the parents from children that are as we left them."""
    _move(
        kind,
        "SELECT r.id AS row_id, t.id AS child_id, NULL::bigint AS parent_id, true AS is_ours"
        " FROM customers_importrow r JOIN {table} t ON t.id = r.record_id"
        " WHERE r.run_id = %(run)s AND r.after ? 'parent' AND r.undone = ''"
        " AND r.trace = {trace} AND t.parent_id IS NOT NULL",
        {"run": run_id},
    )


def _move(kind: Kind, who: LiteralString, params: dict[str, Any]) -> None:
    """Set parents, and the traces of those nobody else has changed since."""
    table, before = sql.Identifier(kind.table), trace(kind, "t")
    statement = sql.SQL(
        "WITH who AS ({who}), moved AS (UPDATE {table} t SET parent_id = who.parent_id,"
        " updated_at = %(now)s FROM who WHERE t.id = who.child_id"
        " RETURNING t.*, who.row_id, who.is_ours)"
        " UPDATE customers_importrow r SET trace = {after} FROM moved"
        " WHERE r.id = moved.row_id AND moved.is_ours"
    ).format(
        who=sql.SQL(who).format(table=table, trace=before),
        table=table,
        after=trace(kind, "moved"),
    )
    with connection.cursor() as cursor:
        cursor.execute(as_text(statement), {**params, "now": timezone.now()})
