"""Which tables leave a trace of every change: `@audited` on the model class.

Statement-level triggers, so that bulk writes, `update()` and COPY are seen too, at the price of
one extra INSERT per statement (docs/decisions/0005-audit.md has the figures).
"""

from typing import Any

import pghistory


def audited(*, exclude: list[str] | None = None) -> Any:
    """Class decorator: every insert, update and delete leaves a row in `<table>event`."""
    return pghistory.track(
        pghistory.InsertEvent(level=pghistory.Statement),
        pghistory.UpdateEvent(level=pghistory.Statement),
        pghistory.DeleteEvent(level=pghistory.Statement),
        exclude=exclude or [],
        append_only=True,
    )
