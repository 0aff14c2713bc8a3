"""Which tables leave a trace of every change: `@audited` on the model class.

Statement-level triggers, so that bulk writes, `update()` and COPY are seen too, at the price of
one extra INSERT per statement (docs/decisions/0005-audit.md has the figures).

Tables that jobs and visitors fill by the thousand, and people rarely change, take
`@audited_by_people`: their triggers wake up only where somebody of the house is at work.
"""

from collections.abc import Sequence
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from pghistory import trigger

# NULL outside of requests and of jobs that say for whom they work. A key works for its owner.
SOMEBODY = (
    "(nullif(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user')"
    " IS NOT NULL"
)


def audited(*, exclude: Sequence[str] = (), **of_another_app: Any) -> Any:
    """Class decorator: every insert, update and delete leaves a row in `<table>event`.

    `of_another_app` goes to pghistory, for a proxy of a model that is not ours.
    """
    return pghistory.track(
        pghistory.InsertEvent(level=pghistory.Statement),
        pghistory.UpdateEvent(level=pghistory.Statement),
        pghistory.DeleteEvent(level=pghistory.Statement),
        exclude=list(exclude),
        append_only=True,
        **of_another_app,
    )


def audited_by_people(
    *,
    exclude: Sequence[str] = (),
    only_updates: pgtrigger.Condition | None = None,
    **of_another_app: Any,
) -> Any:
    """Class decorator: as `audited`, for what a person or a key does; whatever jobs and visitors
    without a log-in do leaves nothing and costs nothing.

    `only_updates` says which changes alone are kept, for a table where the others belong to a
    larger act that has its own trace.
    `of_another_app` goes to pghistory, for a proxy of a model that is not ours.
    """
    if only_updates is not None:
        trackers: list[Any] = [_UpdateByPeople(level=pghistory.Statement, condition=only_updates)]
    else:
        kinds = (_InsertByPeople, _UpdateByPeople, _DeleteByPeople)
        trackers = [kind(level=pghistory.Statement) for kind in kinds]
    return pghistory.track(
        *trackers,
        exclude=list(exclude),
        append_only=True,
        **of_another_app,
    )


class _TriggerOfPeople(trigger.Event):
    """The server looks whether somebody is at work before it calls the function at all."""

    def render_condition(self, model: Any) -> str:
        return f"WHEN ({SOMEBODY})"


class _ByPeople:
    def add_event_trigger(self: Any, event_model: Any) -> None:
        made = _TriggerOfPeople(  # type: ignore[no-untyped-call]  # pghistory has no types
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
            condition=self.condition,
            level=self.level,
        )
        pgtrigger.register(made)(event_model.pgh_tracked_model)


class _InsertByPeople(_ByPeople, pghistory.InsertEvent):
    pass


class _UpdateByPeople(_ByPeople, pghistory.UpdateEvent):
    pass


class _DeleteByPeople(_ByPeople, pghistory.DeleteEvent):
    pass


class Noted(models.Func):
    """What the request at work notes of itself for the log of changes: its `user`, or its `key`.

    The default of a column in the database, so that whoever writes a row need not think of it.
    NULL outside of requests and of jobs that say for whom they work.
    """

    template = (
        "(nullif(current_setting('pghistory.context_metadata', true), '')::jsonb"
        " ->> '%(word)s')::bigint"
    )

    def __init__(self, *, word: str) -> None:
        super().__init__(word=word, output_field=models.BigIntegerField())
