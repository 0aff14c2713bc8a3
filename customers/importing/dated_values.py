"""Rows that are one value of a table whose key is what the row says: a rate for currency and month.

A row with another value corrects the one there is. An undo brings the former value back, or takes
a new one away, unless somebody has corrected it since.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models

from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import CHANGED, NEW, UNCHANGED, Draft
from customers.importing.records import OvertakenError
from customers.importing.rows import note_written
from customers.models import ImportRow

# Raises Rejected for a row that breaks a rule of its own.
Check = Callable[[Draft, Context], None]


@dataclass(frozen=True)
class DatedValue:
    """`keys` name a row of `model`, `value` is the one Decimal of it that an import writes."""

    model: type[models.Model]
    keys: Sequence[str]
    value: str
    check: Check

    def judge(self, drafts: list[Draft], context: Context) -> None:
        found = self._existing(drafts, lock=context.is_saving)

        def one(draft: Draft) -> None:
            self.check(draft, context)
            key = tuple(draft.values[name] for name in self.keys)
            draft.key = " ".join(str(part) for part in key)
            context.once(draft.key)
            draft.record = dict(draft.values)
            self._settle(draft, found.get(key))

        judged_one_by_one(drafts, context, one)

    def _settle(self, draft: Draft, former: Any) -> None:
        if former is None:
            draft.verdict = NEW
            return
        was = getattr(former, self.value)
        is_same = was == draft.record[self.value]
        draft.verdict, draft.record_id = UNCHANGED if is_same else CHANGED, former.pk
        draft.before = {} if is_same else {self.value: was}

    def _existing(self, drafts: list[Draft], *, lock: bool) -> dict[tuple[Any, ...], Any]:
        """Found by the first part of the key, of which a chunk has few."""
        first = self.keys[0]
        named = {draft.values[first] for draft in drafts if first in draft.values}
        rows = self.model._default_manager.filter(**{f"{first}__in": named}).order_by("pk")
        if lock:
            rows = rows.select_for_update(no_key=True)
        return {tuple(getattr(row, name) for name in self.keys): row for row in rows}

    def save(self, drafts: list[Draft], context: Context) -> None:
        written = [draft for draft in drafts if draft.verdict in {NEW, CHANGED}]
        new = [self.model(**draft.record) for draft in written if draft.verdict == NEW]
        manager = self.model._default_manager
        manager.bulk_create(new, ignore_conflicts=True)
        for draft in written:
            value = {self.value: draft.record[self.value]}
            if draft.verdict == CHANGED:
                manager.filter(pk__in=[draft.record_id]).update(**value)
        stored = self._existing(written, lock=False)
        for draft in written:
            row = stored[tuple(draft.record[name] for name in self.keys)]
            value = draft.record[self.value]
            if getattr(row, self.value) != value:
                raise OvertakenError
            draft.record_id = row.pk
            draft.before = draft.before | {"wrote": value}
        note_written(written, context.run_id)

    def take_back(self, row_ids: list[int]) -> list[int]:
        done = []
        for row in ImportRow.objects.filter(pk__in=row_ids):
            before: dict[str, Any] = row.before or {}
            ours = self.model._default_manager.filter(
                pk__in=[row.record_id], **{self.value: Decimal(before["wrote"])}
            )
            if self.value in before:
                is_done = ours.update(**{self.value: Decimal(before[self.value])})
            else:
                is_done = ours.delete()[0]
            if is_done:
                done.append(row.pk)
        return done
