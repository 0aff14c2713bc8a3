"""The way of a file through its rows, for the dry run and for saving alike.

Rows go in chunks. A chunk, the notes about it and the progress of the import are one transaction,
guarded by the token of the worker that holds the import: a worker killed in the middle leaves the
last whole chunk, and whoever takes over goes on behind it (docs/importing.md).
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pghistory
from django.db import OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from customers.importing.context import Context
from customers.importing.drafts import Draft
from customers.importing.mapping import declare_attributes, plan_of
from customers.importing.reading import Row, fingerprint, names_of, readable, rows_of
from customers.importing.reasons import FileRefused
from customers.importing.records import OvertakenError
from customers.importing.register import NOUNS
from customers.importing.rows import note_preview, note_refused
from customers.importing.undoing import one_at_a_time, undo_chunk
from customers.models import ImportRun
from customers.models.import_run import ATTEMPTS, LeaseLostError
from lib.days import today

logger = logging.getLogger(__name__)

CHUNK_ROWS = 5_000
MAX_ROWS = 3_000_000
RETRIES = 3
# PostgreSQL plans for the rows it last counted. Whoever reads what a large import brought would
# wait for a plan made for a few rows until autovacuum comes by.
MANY_ROWS = 1_000
# Then the next job of the queue has its turn: a report, or another import.
SECONDS_AT_ROWS = 60


def work_on(run_id: int, *, seconds: float = SECONDS_AT_ROWS) -> bool:
    """Check, save or undo an import as its state says. False when more is left to do.

    Safe to be called twice: one of the two finds that somebody is at it.
    """
    run = ImportRun.objects.get(pk=run_id)
    if not run.claim(timezone.now()):
        return True
    try:
        if run.attempts > ATTEMPTS:
            run.fail("attempts", {"count": ATTEMPTS})
            return True
        return _work(run, time.monotonic() + seconds)
    except FileRefused as refusal:
        run.fail(refusal.code, refusal.params)
    except LeaseLostError:
        logger.warning("import %s was taken over by another worker", run_id)
    except OperationalError as error:
        # A lock or the connection; the sweep tries again soon.
        logger.warning("import %s will be tried again: %s", run_id, type(error).__name__)
        run.release()
        return False
    return True


def _work(run: ImportRun, deadline: float) -> bool:
    with pghistory.context(user=run.uploaded_by_id, url=run.get_absolute_url(), method="IMPORT"):
        if run.state == ImportRun.State.UNDOING:
            return _undo(run, deadline)
        if fingerprint(run.path) != run.sha256:
            raise FileRefused("changed")
        with readable(run.path) as path:
            return _go_through(run, path, deadline)


def _undo(run: ImportRun, deadline: float) -> bool:
    untie = NOUNS[run.noun].untie
    if untie is not None:
        untie(run.pk)
    while undo_chunk(run):
        if time.monotonic() > deadline:
            run.release()
            return False
    run.finish(ImportRun.State.UNDONE, undone_at=timezone.now())
    return True


def _go_through(run: ImportRun, path: Path, deadline: float) -> bool:
    context = _context(run)
    noun = NOUNS[run.noun]
    if noun.look_ahead is not None:
        noun.look_ahead(lambda: _drafts(run, path, context), context)
        run.renew()
    rows = data_rows(run, path)
    _replay(run, rows, context)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        if run.rows_done + len(chunk) > MAX_ROWS:
            raise FileRefused("too_many_rows", limit=MAX_ROWS)
        _pass_chunk(run, chunk, context)
        if time.monotonic() > deadline:
            run.release()
            return False
    if context.is_saving:
        with transaction.atomic():
            if noun.tie_up is not None:
                one_at_a_time(run.noun)
                noun.tie_up(context)
            run.finish(ImportRun.State.DONE, row_count=run.rows_done, finished_at=timezone.now())
        if run.rows_done >= MANY_ROWS:
            _count_again(noun.fills)
        return True
    return _checked(run)


def _count_again(models: Sequence[type[Model]]) -> None:
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {model._meta.db_table}")


def _checked(run: ImportRun) -> bool:
    """It waits for a person, or goes on by itself; then False, as saving is left to do."""
    with transaction.atomic():
        if run.saves_when_checked and not run.has_news:
            run.finish(ImportRun.State.DONE, row_count=run.rows_done, finished_at=timezone.now())
            return True
        run.finish(ImportRun.State.CHECKED, row_count=run.rows_done)
        return not (run.saves_when_checked and run.start_saving(run.preview_token()))


def _drafts(run: ImportRun, path: Path, context: Context) -> Iterator[Draft]:
    """The whole file once more, to be looked at; the lease is kept alive on the way."""
    rows = data_rows(run, path)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        run.renew()
        yield from context.plan.drafts(chunk)


def data_rows(run: ImportRun, path: Path) -> Iterator[Row]:
    """The rows behind the header, which must be the one that was mapped."""
    rows = rows_of(path, run.encoding, run.delimiter)
    header = next(rows, None)
    if header is None or names_of(header) != run.header:
        raise FileRefused("changed")
    return rows


def _context(run: ImportRun) -> Context:
    is_saving = run.state == ImportRun.State.SAVING
    if is_saving:
        declare_attributes(run)
    return Context(
        run_id=run.pk,
        user=None if run.is_by_operator else run.uploaded_by,
        plan=plan_of(run),
        today=today(),
        now=timezone.now(),
        is_saving=is_saving,
    )


def _replay(run: ImportRun, rows: Iterator[Row], context: Context) -> None:
    """Pass by what an earlier worker has done, only to know which keys the file has named."""
    is_saving, context.is_saving = context.is_saving, False
    left = run.rows_done
    while left and (chunk := list(islice(rows, min(left, CHUNK_ROWS)))):
        NOUNS[run.noun].judge(context.plan.drafts(chunk), context)
        run.renew()
        left -= len(chunk)
    context.is_saving = is_saving


def _pass_chunk(run: ImportRun, chunk: list[Row], context: Context) -> None:
    """One transaction. When somebody stored the same records meanwhile it is judged again."""
    for attempt in range(RETRIES):
        seen = set(context.seen)
        drafts = context.plan.drafts(chunk)
        if context.is_saving:
            NOUNS[run.noun].prepare(drafts, context)
        try:
            with transaction.atomic():
                pass_drafts(run, drafts, context)
                run.advance(len(chunk), counted(run, drafts))
            return
        except OvertakenError:
            context.seen = seen
            if attempt == RETRIES - 1:
                raise OperationalError from None


def pass_drafts(run: ImportRun, drafts: list[Draft], context: Context) -> None:
    noun = NOUNS[run.noun]
    if context.is_saving:
        one_at_a_time(run.noun)
    noun.judge(drafts, context)
    note_refused(drafts, run.pk)
    if context.is_saving:
        noun.save(drafts, context)
    else:
        note_preview(drafts, run.pk, run.counts)


def counted(run: ImportRun, drafts: list[Draft]) -> dict[str, int]:
    return dict(Counter(run.counts) + Counter(draft.verdict for draft in drafts))
