"""What an import notes about its rows: why they were refused, what they were before."""

import json
from typing import Any

from django.db import connection

from customers.importing.drafts import CHANGED, NEW, REJECTED, Draft

COPY_ROWS = (
    "COPY customers_importrow (run_id, number, verdict, external_id, record_id, problems, cells,"
    " before, after, trace) FROM STDIN"
)
# How many new and changed rows of a dry run are kept to be looked at; refused ones are all kept.
SHOWN_OF_EACH = 200


def plain_json(values: Any) -> str:
    """Days, moments and Decimals as text, as PostgreSQL reads them back."""
    return json.dumps(values, default=str, ensure_ascii=False)


def note_refused(drafts: list[Draft], run_id: int) -> None:
    _copy(
        (run_id, d.number, REJECTED, d.key[:200], None, plain_json(d.problems),
         plain_json([cell.replace("\x00", "␀") for cell in d.cells]), None, None, "")
        for d in drafts
        if d.verdict == REJECTED
    )  # fmt: skip


def note_preview(drafts: list[Draft], run_id: int, counts: dict[str, int]) -> None:
    """The first new and changed rows of a dry run, with what would change."""
    room = {verdict: SHOWN_OF_EACH - counts.get(verdict, 0) for verdict in (NEW, CHANGED)}
    shown = []
    for draft in drafts:
        if room.get(draft.verdict, 0) > 0:
            room[draft.verdict] -= 1
            shown.append(draft)
    _copy(
        (run_id, d.number, d.verdict, d.key[:200], d.record_id, None, None,
         plain_json(d.before), plain_json(_after(d)), "")
        for d in shown
    )  # fmt: skip


def _after(draft: Draft) -> dict[str, Any]:
    return {name: draft.record[name] for name in draft.before if name in draft.record}


def note_written(drafts: list[Draft], run_id: int) -> None:
    """For rows whose writing could not note itself: `before` says what to take back."""
    _copy(
        (run_id, d.number, d.verdict, d.key[:200], d.record_id, None, None,
         plain_json(d.before), None, "")
        for d in drafts
    )  # fmt: skip


def _copy(rows: Any) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY_ROWS) as into:
        for row in rows:
            into.write_row(row)
