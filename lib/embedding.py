"""A QuerySet inside a statement of our own: its SQL with named placeholders, and their values."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

NOTHING = "SELECT NULL WHERE false"


def embedded(rows: "QuerySet[Any, Any]", prefix: str) -> tuple[str, dict[str, Any]]:
    """The SELECT of a QuerySet; `prefix` keeps its placeholders apart from others'."""
    try:
        sql, given = rows.order_by().query.sql_with_params()
    except EmptyResultSet:
        return NOTHING, {}
    names = [f"{prefix}_{number}" for number in range(len(given))]
    return sql % tuple(f"%({name})s" for name in names), dict(zip(names, given, strict=True))
