"""When a row was changed last, whoever changed it and by whatever statement.

Set by PostgreSQL, so that `update()`, COPY and the statements of the night are seen too. An
instance in memory does not learn the new moment; nothing but lists of the API asks for it.
"""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Now


def updated_at() -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(db_default=Now(), editable=False)


def stamped(name: str) -> pgtrigger.Trigger:
    """For `Meta.triggers` of a model with `updated_at`; the name is unique among its triggers."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="NEW.updated_at = clock_timestamp(); RETURN NEW;",
    )
