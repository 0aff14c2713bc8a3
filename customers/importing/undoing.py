"""An import is taken back: new records go, changed ones get their former values.

A record that somebody changed or built upon since is kept as it is and named; the others go on.
"""

from collections import Counter

from django.db import connection, transaction

from customers.importing.register import NOUNS
from customers.models import ImportRow, ImportRun

CHUNK_ROWS = 2_000


def undo_chunk(run: ImportRun) -> int:
    """Take back the last rows not yet taken back, in one transaction with the progress.

    From the last row to the first, because later rows may build upon earlier ones. How many rows
    were looked at; 0 when all are through.
    """
    with transaction.atomic():
        one_at_a_time(run.noun)
        left = run.rows.filter(
            verdict__in=[ImportRow.Verdict.NEW, ImportRow.Verdict.CHANGED],
            undone=ImportRow.Undone.NO,
        )
        ids = list(left.order_by("-number").values_list("pk", flat=True)[:CHUNK_ROWS])
        if not ids:
            return 0
        done = NOUNS[run.noun].take_back(ids)
        kept = set(ids) - set(done)
        ImportRow.objects.filter(pk__in=done).update(undone=ImportRow.Undone.DONE)
        ImportRow.objects.filter(pk__in=kept).update(undone=ImportRow.Undone.KEPT)
        run.advance(len(ids), dict(Counter(run.counts) + Counter(undone=len(done), kept=len(kept))))
    return len(ids)


def one_at_a_time(noun: str) -> None:
    """Chunks of two imports of the same noun follow each other, so that they cannot entangle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {noun}"])
