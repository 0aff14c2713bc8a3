"""What a squashed migration is made of: the models as they are now, and what was written by hand.

A new installation runs the squashed migration instead of those it replaces; an older one has run
them already and takes it as done (Django's `replaces`).
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Many models at once. Django builds the classes of all models that are related with a new one
    anew, which takes longer than to create its table; here they are built once for all."""

    serialization_expand_args = ["models"]

    def __init__(self, models: list[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any, to_state: Any,
    ) -> None:  # fmt: skip
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any, to_state: Any,
    ) -> None:  # fmt: skip
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.models)} models"


def written_by_hand(package: str, names: list[str]) -> Iterator[Operation]:
    """What these migrations do beside Django's own operations, in their order.

    Statements without a way back changed rows that were there; at the start there are none.
    """
    for name in names:
        for operation in import_module(f"{package}.{name}").Migration.operations:
            is_change_of_rows = (
                isinstance(operation, RunSQL) and operation.reverse_sql == RunSQL.noop
            )
            if isinstance(operation, RunSQL | RunPython) and not is_change_of_rows:
                yield operation
