"""Which tables leave a trace of every change: `@audited` on the model class.

Statement-level triggers, so that bulk writes, `update()` and COPY are seen too, at the price of
one extra INSERT per statement (docs/decisions/0005-audit.md has the figures).
"""

from typing import Any

import pghistory
from django.db import models


def audited(*, exclude: list[str] | None = None) -> Any:
    """Class decorator: every insert, update and delete leaves a row in `<table>event`."""
    return pghistory.track(
        pghistory.InsertEvent(level=pghistory.Statement),
        pghistory.UpdateEvent(level=pghistory.Statement),
        pghistory.DeleteEvent(level=pghistory.Statement),
        exclude=exclude or [],
        append_only=True,
    )


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
