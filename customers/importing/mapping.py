"""Which column of the file is which field: guessed, remembered, correctable; and how it is read."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from customers.importing.cells import (
    CellProblem,
    Converter,
    Options,
    one_of,
    simplified,
    to_day,
    to_email,
    to_number,
    to_text,
    to_yes_or_no,
)
from customers.importing.columns import Column
from customers.importing.dates import detect_order
from customers.importing.drafts import Plan
from customers.importing.reading import Table
from customers.importing.register import NOUNS
from customers.models import Attribute, ImportRun

_DECIMAL_COMMA = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d+,(?:\d{1,2}|\d{4,})")
_DECIMAL_POINT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+\.\d+")


def guess(columns: Sequence[Column], header: Sequence[str]) -> dict[str, int]:
    """Field to position in the header. One column of the file may serve several fields."""
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        positions.setdefault(simplified(name), position)
    found = {}
    for column in columns:
        for name in column.is_called():
            if name in positions:
                found[column.field] = positions[name]
                break
    return found


def missing(columns: Sequence[Column], fields: dict[str, int]) -> list[Column]:
    return [column for column in columns if column.is_required and column.field not in fields]


def signature(noun: str, header: Sequence[str]) -> str:
    """The same for files with the same columns, whatever their rows."""
    names = "\x1f".join(simplified(name) for name in header)
    return hashlib.sha256(f"{noun}\x1e{names}".encode()).hexdigest()


def proposed(run: ImportRun, table: Table) -> dict[str, Any]:
    """The mapping of the last file with the same columns, else a guess from their names."""
    last = (
        ImportRun.objects.filter(
            signature=run.signature, noun=run.noun, uploaded_by=run.uploaded_by
        )
        .exclude(state__in=[ImportRun.State.UPLOADED, ImportRun.State.FAILED])
        .order_by("-created_at")
        .first()
    )
    if last is not None and last.mapping:
        return dict(last.mapping)
    return {"fields": guess(NOUNS[run.noun].columns, table.header), "attributes": {}}


def detected(run: ImportRun, table: Table, as_of: date) -> dict[str, Any]:
    """Order of dates and decimal mark as the rows suggest them; JSON for `ImportRun.options`."""
    by_field = {column.field: column for column in NOUNS[run.noun].columns}
    dates = [at for name, at in run.mapping["fields"].items() if by_field[name].is_date]
    others = [at for at in range(len(table.header)) if at not in dates]
    order, is_certain = detect_order(_cells(table.sample, dates))
    return {
        "date_order": order,
        "date_order_is_certain": is_certain,
        "decimal_mark": _decimal_mark(_cells(table.sample, others)),
        "null_word": "NULL",
        "as_of": as_of.isoformat(),
        "currency": "",
    }


def _cells(rows: Sequence[list[str]], positions: Sequence[int]) -> Iterable[str]:
    return (row[at].strip() for row in rows for at in positions if at < len(row) and row[at])


def _decimal_mark(cells: Iterable[str]) -> str:
    commas = points = 0
    for cell in cells:
        commas += _DECIMAL_COMMA.fullmatch(cell) is not None
        points += _DECIMAL_POINT.fullmatch(cell) is not None
    return "," if commas > points else "."


def options_of(run: ImportRun) -> Options:
    stored = run.options
    as_of = stored.get("as_of")
    return Options(
        date_order=stored.get("date_order", "dmy"),
        decimal_mark=stored.get("decimal_mark", "."),
        null_word=stored.get("null_word", "NULL"),
        as_of=date.fromisoformat(as_of) if as_of else None,
        currency=stored.get("currency", ""),
    )


def plan_of(run: ImportRun) -> Plan:
    fields = run.mapping["fields"]
    columns = [(fields[c.field], c) for c in NOUNS[run.noun].columns if c.field in fields]
    declared = {attribute.key: attribute for attribute in Attribute.objects.all()}
    attributes = []
    for position, wanted in run.mapping.get("attributes", {}).items():
        known = declared.get(wanted["key"])
        type_, choices = (known.type, known.choices) if known else (wanted["type"], [])
        attributes.append((int(position), wanted["key"], attribute_converter(type_, choices)))
    return Plan(run.header, columns, attributes, options_of(run))


def attribute_converter(type_: str, choices: Sequence[str] = ()) -> Converter:
    """Values as JSON holds them: numbers stay numbers, days are ISO text."""
    if type_ == Attribute.Type.NUMBER:
        return _to_json_number
    if type_ == Attribute.Type.DATE:
        return lambda text, options: to_day(text, options).isoformat()
    if type_ == Attribute.Type.SELECT and choices:
        return one_of({simplified(choice): choice for choice in choices}, list(choices))
    simple: dict[str, Converter] = {
        Attribute.Type.BOOLEAN: to_yes_or_no,
        Attribute.Type.EMAIL: to_email,
    }
    return simple.get(type_, to_text(1_000))


def _to_json_number(text: str, options: Options) -> int | float:
    number = to_number(text, options)
    return int(number) if number == number.to_integral_value() else float(number)


def new_attribute(name: str, samples: Iterable[str], options: Options) -> dict[str, str]:
    """A column nobody knows becomes an attribute; its type is the narrowest that fits."""
    key = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:50]
    if not key or not key[0].isalpha():
        key = f"column_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    filled = [text.strip() for text in samples if text.strip()]
    for type_ in (Attribute.Type.NUMBER, Attribute.Type.BOOLEAN, Attribute.Type.DATE):
        if filled and _all_fit(attribute_converter(type_), filled, options):
            return {"key": key, "type": str(type_), "label": name[:100]}
    return {"key": key, "type": str(Attribute.Type.TEXT), "label": name[:100]}


def _all_fit(convert: Converter, texts: list[str], options: Options) -> bool:
    try:
        for text in texts:
            convert(text, options)
    except CellProblem:
        return False
    return True


def declare_attributes(run: ImportRun) -> None:
    """Make the attributes the mapping asks for, before the first row that has one is saved."""
    for wanted in run.mapping.get("attributes", {}).values():
        Attribute.objects.get_or_create(
            key=wanted["key"], defaults={"label": wanted["label"], "type": wanted["type"]}
        )
