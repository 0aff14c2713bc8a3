"""What an import keeps only so that it can be taken back, and how it is forgotten afterwards.

The uploaded file and the former values are copies of personal data. The tallies, the rejected
rows and what an undo had to keep stay: they are what happened.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from customers.importing.arriving import FOLDER
from customers.models import ImportRow, ImportRun

BATCH_ROWS = 20_000
STRAYS_FOR = timedelta(days=1)


def tidy_up(now: datetime) -> int:
    """Forget files and former values of imports that can no longer be undone. How many imports.

    So does the file of an upload that was cut off, which no import knows.
    """
    _forget_strays(now - STRAYS_FOR)
    before = now - timedelta(days=settings.IMPORT_UNDO_DAYS)
    over = ImportRun.objects.settled().filter(finished_at__lt=before)
    forgotten = sum(_forget(pk) for pk in list(over.values_list("pk", flat=True)))
    left = list(ImportRun.objects.abandoned(before).values_list("pk", flat=True))
    return forgotten + sum(_forget_abandoned(pk, before) for pk in left)


@transaction.atomic
def _forget_abandoned(pk: int, before: datetime) -> bool:
    """A dry run that nobody followed up. Its file is as personal as that of a saved one."""
    left = ImportRun.objects.abandoned(before).select_for_update(of=("self",))
    run = left.filter(pk=pk).first()
    if run is None:
        return False
    run.path.unlink(missing_ok=True)
    return bool(ImportRun.objects.filter(pk=pk).update(stored_as=""))


def _forget_strays(before: datetime) -> None:
    """Files that are stored just now have no row either, so young ones stay."""
    folder = settings.MEDIA_ROOT / FOLDER
    files = [path for path in folder.glob("*") if path.stat().st_mtime < before.timestamp()]
    names = [f"{FOLDER}/{path.name}" for path in files]
    known = set(ImportRun.objects.filter(stored_as__in=names).values_list("stored_as", flat=True))
    for path, name in zip(files, names, strict=True):
        if name not in known:
            path.unlink(missing_ok=True)


@transaction.atomic
def _forget(pk: int) -> bool:
    """One import. False when somebody was faster, or an undo has begun."""
    run = ImportRun.objects.settled().select_for_update(of=("self",)).filter(pk=pk).first()
    if run is None:
        return False
    # The file goes first: if we die now, the row still names it and the next night tries again.
    run.path.unlink(missing_ok=True)
    written = run.rows.filter(
        verdict__in=[ImportRow.Verdict.NEW, ImportRow.Verdict.CHANGED],
        undone__in=[ImportRow.Undone.NO, ImportRow.Undone.DONE],
    )
    while ids := list(written.values_list("pk", flat=True)[:BATCH_ROWS]):
        ImportRow.objects.filter(pk__in=ids).delete()
    run.rows.filter(undone=ImportRow.Undone.KEPT).update(before=None)
    return bool(ImportRun.objects.filter(pk=pk).update(stored_as=""))
