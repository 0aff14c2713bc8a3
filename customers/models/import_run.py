import hashlib
import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.importing.register import noun_choices
from customers.querysets import ImportRunQuerySet
from lib.audit import audited

# How long a worker may be silent before another takes its import over.
LEASE = timedelta(seconds=120)
ATTEMPTS = 6


class LeaseLostError(Exception):
    """Another worker has taken the import over; whoever meets this stops without a trace."""


@audited(
    exclude=["mapping", "options", "header", "sample", "counts", "rows_done", "lease_until",
             "owner_token", "attempts", "saves_when_checked"]
)  # fmt: skip
class ImportRun(models.Model):
    """One uploaded file on its way to become customers, contacts, subscriptions …"""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        SAVING = "saving", _("Being saved")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Failed")

    WORKING = (State.CHECKING, State.SAVING, State.UNDOING)

    noun = models.CharField(_("what it holds"), max_length=15, choices=noun_choices)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.UPLOADED
    )
    # Nobody for a user who is gone, or for the operator at the server's command line.
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("uploaded by"),
    )  # fmt: skip
    is_by_operator = models.BooleanField(_("started at the command line"), default=False)
    file_name = models.CharField(_("file"), max_length=255)
    # Where the bytes wait, under MEDIA_ROOT, and what they are, so that nothing changes between.
    # Empty when the time to undo is over and file and former values were forgotten.
    stored_as = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("separator"), max_length=1, blank=True)
    header = models.JSONField(default=list)
    # The first rows, to be shown beside the mapping.
    sample = models.JSONField(default=list)
    # The same for files with the same columns; the mapping of the last one is proposed again.
    signature = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    counts = models.JSONField(default=dict)
    # What a program sends is saved as soon as it was checked, without anybody's look at it.
    saves_when_checked = models.BooleanField(
        _("saved when checked"), default=False, db_default=False
    )
    failure = models.JSONField(_("why it failed"), default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    owner_token = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["signature", "-created_at"], name="import_by_signature"),
            models.Index(
                fields=["lease_until"], name="import_at_work",
                condition=Q(state__in=["checking", "saving", "undoing"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("customers:import_detail", args=[self.pk])

    @property
    def path(self) -> Path:
        return settings.MEDIA_ROOT / self.stored_as

    @property
    def has_file(self) -> bool:
        """Whether the uploaded file is still there to be read."""
        return bool(self.stored_as) and self.path.is_file()

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_waiting(self) -> bool:
        """Nothing of it was saved, and nobody is at it: the next step is a person's."""
        return not self.is_working and self.finished_at is None

    @property
    def has_news(self) -> bool:
        """Whether its rows say anything that is not stored yet."""
        return bool(self.counts.get("new") or self.counts.get("changed"))

    @property
    def percent_done(self) -> int:
        """For the progress bar; 100 only when it is over, as row counts are estimates at first."""
        if not self.is_working:
            return 100
        return min(99, 100 * self.rows_done // max(self.row_count, 1))

    def undo_until(self) -> datetime | None:
        """Until when an import that saved something can be taken back."""
        if self.finished_at is None:
            return None
        return self.finished_at + timedelta(days=settings.IMPORT_UNDO_DAYS)

    def may_be_undone(self, now: datetime) -> bool:
        until = self.undo_until()
        is_over = self.state in (self.State.DONE, self.State.FAILED) and bool(self.stored_as)
        return is_over and until is not None and now <= until

    def preview_token(self) -> str:
        """What was previewed: these bytes, read in this way."""
        seen = [self.sha256, self.encoding, self.delimiter, self.mapping, self.options]
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()

    def start_checking(self, *, then_save: bool = False) -> bool:
        """Preview the file as mapped now. False while a worker is busy with it or after saving.

        After saving a part, too: a new check would forget how to take that part back.
        """
        states = (self.State.UPLOADED, self.State.CHECKED, self.State.FAILED)
        return self._start(
            self.State.CHECKING,
            Q(state__in=states, finished_at__isnull=True) & ~Q(stored_as=""),
            encoding=self.encoding, delimiter=self.delimiter, mapping=self.mapping,
            options=self.options, header=self.header, sample=self.sample,
            signature=self.signature, saves_when_checked=then_save,
        )  # fmt: skip

    def start_saving(self, preview_token: str) -> bool:
        """Save what was previewed. False when that is not what stands here now, or is nothing."""
        if preview_token != self.preview_token() or not self.has_news:
            return False
        same = Q(state=self.State.CHECKED, sha256=self.sha256, mapping=self.mapping)
        return self._start(self.State.SAVING, same & ~Q(stored_as=""))

    def start_undoing(self, now: datetime) -> bool:
        if not self.may_be_undone(now):
            return False
        rows = self.rows.filter(verdict__in=[ImportRow.Verdict.NEW, ImportRow.Verdict.CHANGED])
        kept = Q(state=self.state, finished_at=self.finished_at) & ~Q(stored_as="")
        return self._start(self.State.UNDOING, kept, row_count=rows.count())

    def _start(self, state: str, condition: Q, **changes: Any) -> bool:
        changes |= {
            "state": state, "rows_done": 0, "failure": {}, "attempts": 0, "owner_token": None,
            "lease_until": None,
        }  # fmt: skip
        if state != self.State.UNDOING:
            changes["counts"] = {}
        won = ImportRun.objects.filter(condition, pk=self.pk).update(**changes)
        if won:
            if state != self.State.UNDOING:
                self.rows.all().delete()
            self.refresh_from_db()
        return bool(won)

    def claim(self, now: datetime) -> bool:
        """Take the import for this worker. False when somebody is at it."""
        token = uuid.uuid4()
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        won = ImportRun.objects.filter(free, pk=self.pk, state__in=self.WORKING).update(
            owner_token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
        if won:
            self.refresh_from_db()
        return bool(won)

    def advance(self, rows: int, counts: dict[str, int]) -> None:
        """Note progress in the transaction that made it, or lose both (LeaseLostError)."""
        self._as_owner(
            rows_done=F("rows_done") + rows, counts=counts, attempts=0,
            lease_until=timezone.now() + LEASE,
        )  # fmt: skip
        self.rows_done += rows
        self.counts = counts

    def renew(self) -> None:
        self._as_owner(lease_until=timezone.now() + LEASE)

    def finish(self, state: str, **changes: Any) -> None:
        self._as_owner(state=state, owner_token=None, lease_until=None, **changes)

    @property
    def has_saved_a_part(self) -> bool:
        """It failed, and whole chunks of it stand in the tables; they can be taken back."""
        return self.state == self.State.FAILED and self.finished_at is not None

    def fail(self, code: str, params: dict[str, Any]) -> None:
        """What was saved before counts as finished now, so that it can be undone."""
        changes: dict[str, Any] = {"failure": {"code": code, "params": params}}
        if self.state == self.State.SAVING and self.has_news:
            changes["finished_at"] = timezone.now()
        self.finish(self.State.FAILED, **changes)

    def release(self) -> None:
        """Let the next worker go on at once."""
        ImportRun.objects.filter(pk=self.pk, owner_token=self.owner_token).update(
            owner_token=None, lease_until=None
        )

    def _as_owner(self, **changes: Any) -> None:
        mine = ImportRun.objects.filter(pk=self.pk, owner_token=self.owner_token, state=self.state)
        if not mine.update(**changes):
            raise LeaseLostError
        for name, value in changes.items():
            if name not in {"rows_done", "owner_token", "state"}:
                setattr(self, name, value)


class ImportRow(models.Model):
    """What happened to one row of a file, and what the record looked like before it."""

    class Verdict(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REJECTED = "rejected", _("rejected")

    class Undone(models.TextChoices):
        NO = "", _("not undone")
        DONE = "done", _("undone")
        KEPT = "kept", _("kept, because it was changed or used since")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    external_id = models.CharField(max_length=200, blank=True, db_default="")
    record_id = models.BigIntegerField(null=True, blank=True)
    # Of rejected rows: [{column, code, value, params}] and the cells as they came.
    problems = models.JSONField(null=True, blank=True)
    cells = models.JSONField(null=True, blank=True)
    # Of changed rows: the former values by field; of a dry run also what they would become.
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    # A mark of what the import wrote, so that an undo notices later changes.
    trace = models.CharField(max_length=32, blank=True, db_default="")
    undone = models.CharField(
        _("undo"), max_length=4, choices=Undone.choices, blank=True, db_default=""
    )

    class Meta:
        ordering = ["run", "number"]
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="import_row_is_judged_once")
        ]
        indexes = [models.Index(fields=["run", "verdict", "number"], name="import_row_by_verdict")]

    def __str__(self) -> str:
        return f"{self.number}: {self.verdict}"
