"""Rows on their way: what a file says, what was found wrong, what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from customers.importing.cells import CellProblem, Converter, Options
from customers.importing.columns import KEEP, Column
from customers.importing.reading import Row, unguarded

NEW, CHANGED, UNCHANGED, REJECTED = "new", "changed", "unchanged", "rejected"


class Rejected(Exception):
    """This row cannot be stored; the others can."""

    def __init__(self, field_name: str, code: str, **params: Any) -> None:
        super().__init__(code)
        self.field_name, self.code, self.params = field_name, code, params


@dataclass(slots=True)
class Draft:
    """One row: its cells as they came, and its values by field. Empty cells have no value."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    verdict: str = ""
    key: str = ""
    # The whole record to be written, the former values of what changes, the row it is.
    record: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    record_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """How the cells of one file become values. `attributes` are read into one field."""

    header: Sequence[str]
    columns: Sequence[tuple[int, Column]]
    attributes: Sequence[tuple[int, str, Converter]]
    options: Options

    def column_of(self, field_name: str) -> str:
        """The header of the column a field is read from, for messages."""
        for position, column in self.columns:
            if column.field == field_name:
                return self.header[position]
        return ""

    def drafts(self, rows: Iterable[Row]) -> list[Draft]:
        return [self.draft(row) for row in rows]

    def draft(self, row: Row) -> Draft:
        draft = Draft(row.number, [unguarded(cell) for cell in row.cells])
        problem = row.problem or self._odd_shape(draft.cells)
        if problem:
            self._note(
                draft, "", problem, "", {"count": len(draft.cells), "columns": len(self.header)}
            )
            return draft
        for position, column in self.columns:
            self._read(draft, position, column)
        given: dict[str, Any] = {}
        for position, key, convert in self.attributes:
            text = _cell(draft.cells, position)
            if text:
                self._read_attribute(draft, position, (key, convert, text), given)
        if given:
            draft.values["attributes"] = given
        return draft

    def _odd_shape(self, cells: list[str]) -> str:
        if any("\x00" in cell for cell in cells):
            return "nul"
        too_many = len(cells) > len(self.header) and any(cells[len(self.header) :])
        return "too_many_cells" if too_many else ""

    def _read(self, draft: Draft, position: int, column: Column) -> None:
        text = _cell(draft.cells, position)
        if not text:
            if column.is_required:
                self._note(draft, self.header[position], "required", "", {})
        elif text == self.options.null_word:
            if column.clear_to is KEEP:
                self._note(draft, self.header[position], "not_clearable", text, {})
            else:
                draft.values[column.field] = column.clear_to
        else:
            try:
                draft.values[column.field] = column.convert(text, self.options)
            except CellProblem as problem:
                self._note(draft, self.header[position], problem.code, text, problem.params)

    def _read_attribute(
        self, draft: Draft, position: int, what: tuple[str, Converter, str], given: dict[str, Any]
    ) -> None:
        key, convert, text = what
        try:
            value = None if text == self.options.null_word else convert(text, self.options)
        except CellProblem as problem:
            self._note(draft, self.header[position], problem.code, text, problem.params)
        else:
            given[key] = value

    def reject(self, draft: Draft, why: Rejected) -> None:
        column = self.column_of(why.field_name)
        position = list(self.header).index(column) if column else -1
        text = _cell(draft.cells, position) if column else ""
        self._note(draft, column, why.code, text, why.params)

    @staticmethod
    def _note(draft: Draft, column: str, code: str, value: str, params: dict[str, Any]) -> None:
        draft.verdict = REJECTED
        draft.problems.append(
            {"column": column, "code": code, "value": value.replace("\x00", "␀")[:100],
             "params": params}
        )  # fmt: skip


def _cell(cells: list[str], position: int) -> str:
    return cells[position].strip() if position < len(cells) else ""
