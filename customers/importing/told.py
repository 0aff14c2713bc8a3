"""What a program says about how its file is to be read, where one look at it guesses otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from customers.importing.arriving import propose
from customers.importing.mapping import missing, new_attribute, options_of
from customers.importing.reading import look_at
from customers.importing.reasons import FileRefused
from customers.importing.register import NOUNS
from customers.models import ImportRun


@dataclass(frozen=True)
class Told:
    """Empty means: as it was guessed. `columns` are FIELD=COLUMN, an empty column leaves the field
    out. `attributes` are columns to be kept as custom attributes. `options` as in `ImportRun`."""

    encoding: str = ""
    delimiter: str = ""
    columns: Sequence[str] = ()
    attributes: Sequence[str] = ()
    options: Mapping[str, str] = field(default_factory=dict)


def read_as_told(run: ImportRun, told: Told, as_of: date) -> None:
    """Put it on the run; saved by the caller. Raises FileRefused for what the file has not."""
    if told.encoding or told.delimiter:
        table = look_at(run.path, encoding=told.encoding, delimiter=told.delimiter)
        propose(run, table, as_of)
    run.options |= {name: value for name, value in told.options.items() if value}
    if told.options.get("date_order"):
        run.options["date_order_is_certain"] = True
    for pair in told.columns:
        _map(run, pair)
    for name in told.attributes:
        _keep(run, name)
    absent = missing(NOUNS[run.noun].columns, run.mapping["fields"])
    if absent:
        raise FileRefused("column_missing", columns=", ".join(column.field for column in absent))


def _map(run: ImportRun, pair: str) -> None:
    name, equals, column = pair.partition("=")
    known = {column.field for column in NOUNS[run.noun].columns}
    if not equals or name not in known:
        raise FileRefused("no_such_field", field=pair[:100], fields=", ".join(sorted(known)))
    if column:
        run.mapping["fields"][name] = _position(run, column)
    else:
        run.mapping["fields"].pop(name, None)


def _keep(run: ImportRun, column: str) -> None:
    if not NOUNS[run.noun].takes_attributes:
        raise FileRefused("no_attributes")
    position = _position(run, column)
    samples = [row[position] for row in run.sample if position < len(row)]
    kept = run.mapping.setdefault("attributes", {})
    kept[str(position)] = new_attribute(column, samples, options_of(run))


def _position(run: ImportRun, column: str) -> int:
    if column not in run.header:
        raise FileRefused("no_such_column", column=column[:100], columns=", ".join(run.header))
    return run.header.index(column)
