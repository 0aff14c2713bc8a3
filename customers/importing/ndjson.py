"""Lines of JSON become a table: one object a line, its keys are the columns.

A key that a line lacks is an empty cell, which leaves the value as it is; null is the word that
clears it. The lines are read twice, because the last one may bring a column of its own.
"""

import csv
import io
from collections.abc import Iterator
from typing import IO, Any

import orjson

from customers.importing.reading import COLUMN_LIMIT, LINE_LIMIT
from customers.importing.reasons import FileRefused

BLOCK_ROWS = 1_000


def as_csv(file: IO[bytes], null_word: str) -> Iterator[bytes]:
    """The table as UTF-8, block by block. Raises FileRefused."""
    names: dict[str, None] = {}
    for number, record in _records(file):
        names |= dict.fromkeys(record)
        if len(names) > COLUMN_LIMIT:
            raise FileRefused("too_many_columns", limit=COLUMN_LIMIT)
        for name, value in record.items():
            if isinstance(value, dict | list):
                raise FileRefused("json_nested", line=number, name=name[:100])
    if not names:
        raise FileRefused("empty")
    yield _written([list(names)])
    rows: list[list[str]] = []
    for _number, record in _records(file):
        rows.append([_text(record[name], null_word) if name in record else "" for name in names])
        if len(rows) == BLOCK_ROWS:
            yield _written(rows)
            rows = []
    yield _written(rows)


def _records(file: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    file.seek(0)
    number = 0
    while line := file.readline(LINE_LIMIT):
        number += 1
        if len(line) >= LINE_LIMIT:
            raise FileRefused("line_too_long", line=number)
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise FileRefused("json_broken", line=number) from error
        if not isinstance(record, dict):
            raise FileRefused("json_broken", line=number)
        yield number, record


def _text(value: Any, null_word: str) -> str:
    if value is None:
        return null_word
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
