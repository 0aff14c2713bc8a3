"""Pages by position, not by number: stable while rows come and go, and as fast on page 500.

A cursor names the last row seen (its value in the sort field and its id), so a tie of any length
is passed without skipping or repeating a row. Empty values sort last in both directions.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.api.problem import ParameterError

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
COUNTED_AT_MOST = 10_000
TOMBSTONE = {
    "type": "object",
    "required": ["id", "external_id", "deleted_at"],
    "properties": {
        "id": {"type": "integer"},
        "external_id": {"type": ["string", "null"]},
        "deleted_at": {"type": "string", "format": "date-time"},
    },
}


@dataclass(frozen=True)
class Order:
    """A sort field and its direction; ties are broken by the key in the same direction."""

    path: str
    is_descending: bool
    key: str

    def terms(self, *, backwards: bool) -> list[Any]:
        descending = self.is_descending != backwards
        if self.path == self.key:
            return [F(self.key).desc() if descending else F(self.key).asc()]
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        field = F(self.path)
        first = field.desc(**nulls) if descending else field.asc(**nulls)
        return [first, F(self.key).desc() if descending else F(self.key).asc()]

    def beyond(self, value: Any, key: Any, *, backwards: bool) -> Q:
        """Rows after (or, backwards, before) a position."""
        side = "lt" if self.is_descending != backwards else "gt"
        later_key = Q(**{f"{self.key}__{side}": key})
        if self.path == self.key:
            return later_key
        is_empty = Q(**{f"{self.path}__isnull": True})
        if value is None:
            return (~is_empty | later_key) if backwards else (is_empty & later_key)
        tied = Q(**{self.path: value}) & later_key
        ahead = Q(**{f"{self.path}__{side}": value})
        # The outer bound repeats the inner ones, so that PostgreSQL starts in the index.
        within = Q(**{f"{self.path}__{side}e": value}) & (ahead | tied)
        return within if backwards else within | is_empty


@dataclass(frozen=True)
class Cursor:
    value: Any
    key: Any
    is_backwards: bool = False

    def text(self, ordering: str) -> str:
        value = None if self.value is None else str(self.value)
        parts = [ordering, value, str(self.key), int(self.is_backwards)]
        packed = json.dumps(parts, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, ordering: str) -> "Cursor":
        """Raises ValueError for a cursor we did not write, or wrote for another ordering."""
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        made_for, value, key, backwards = json.loads(packed)
        if made_for != ordering or not isinstance(key, str) or not isinstance(value, str | None):
            raise ValueError(text)
        return cls(value, key, bool(backwards))


class CursorPages(BasePagination):
    """`results`, `next`, `previous`; `?limit=`, `?ordering=`, `?cursor=`, `?count=true`."""

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list:
        self.request, self.generated_at = request, timezone.now()
        self.limit = limit_of(request)
        self.ordering, self.order = _order_of(request, view)
        self.count = _count_of(request, queryset)
        self.cursor = self._cursor_of(queryset)
        rows = self._rows(queryset)
        self.has_more, rows = len(rows) > self.limit, rows[: self.limit]
        self.rows = rows[::-1] if self.cursor and self.cursor.is_backwards else rows
        return self.rows

    def _rows(self, queryset: QuerySet) -> list:
        backwards = bool(self.cursor and self.cursor.is_backwards)
        if self.cursor:
            position = self.order.beyond(self.cursor.value, self.cursor.key, backwards=backwards)
            queryset = queryset.filter(position)
        terms = self.order.terms(backwards=backwards)
        return list(queryset.order_by(*terms)[: self.limit + 1])

    def _cursor_of(self, queryset: QuerySet) -> Cursor | None:
        text = self.request.query_params.get("cursor")
        if not text:
            return None
        try:
            cursor = Cursor.read(text, self.ordering)
            value = _typed(queryset, self.order.path, cursor.value)
            return Cursor(value, _typed(queryset, self.order.key, cursor.key), cursor.is_backwards)
        except (ValueError, TypeError, ValidationError) as exc:
            message = _("This cursor does not belong to this list and ordering.")
            raise ParameterError({"cursor": [message]}, "invalid_cursor") from exc

    def get_paginated_response(self, data: list) -> Response:
        links = {"next": self._link(backwards=False), "previous": self._link(backwards=True)}
        body: dict[str, Any] = {"results": data, **links}
        if self.count is not None:
            body["count"], body["count_is_capped"] = self.count
        named = {"next": "next", "previous": "prev"}
        header = ", ".join(f'<{url}>; rel="{named[k]}"' for k, url in links.items() if url)
        headers = {"X-Page-Generated": self.generated_at.isoformat().replace("+00:00", "Z")}
        return Response(body, headers=headers | ({"Link": header} if header else {}))

    def _link(self, *, backwards: bool) -> str | None:
        if not self.rows or not self._has(backwards=backwards):
            return None
        edge = self.rows[0] if backwards else self.rows[-1]
        cursor = Cursor(_value_at(edge, self.order.path), edge.pk, backwards).text(self.ordering)
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _has(self, *, backwards: bool) -> bool:
        came_backwards = bool(self.cursor and self.cursor.is_backwards)
        if came_backwards == backwards:
            return self.has_more
        return self.cursor is not None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "results": schema,
            "next": {**link, "description": "The following page, or null on the last one."},
            "previous": {**link, "description": "The page before, or null on the first one."},
            "count": {"type": "integer", "description": "Only with `count=true`; 10,000 at most."},
            "count_is_capped": {"type": "boolean"},
            "deleted": {
                "type": "array",
                "items": TOMBSTONE,
                "description": "Only with `include_deleted=true`, and only on the first page.",
            },
            "deleted_is_capped": {"type": "boolean"},
        }
        required = ["results", "next", "previous"]
        return {"type": "object", "required": required, "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        orders = [sign + name for name in view.orderings for sign in ("", "-")]
        return [
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
                       "How many rows a page holds."),
            _parameter("cursor", {"type": "string"},
                       "Taken from the links `next` and `previous`; never made by hand."),
            _parameter("ordering", {"type": "string", "enum": orders}, "A minus turns it round."),
            _parameter("count", {"type": "boolean"}, "Count the rows, 10,000 at most."),
            *([_parameter("include_deleted", {"type": "boolean"},
                          "With `updated_since`: tell also what was deleted since.")]
              if getattr(view, "remembers_deleted", False) else []),
        ]  # fmt: skip


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def limit_of(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_LIMIT):
        message = _("A page holds 1 to %(most)s rows.") % {"most": MAX_LIMIT}
        raise ParameterError({"limit": [message]})
    return int(text)


def _order_of(request: Request, view: Any) -> tuple[str, Order]:
    ordering = request.query_params.get("ordering") or view.default_ordering
    name = ordering.removeprefix("-")
    if name not in view.orderings:
        message = _("Lists here can be ordered by: %(names)s.") % {
            "names": ", ".join(view.orderings)
        }
        raise ParameterError({"ordering": [message]})
    return ordering, Order(view.orderings[name], ordering.startswith("-"), view.key_field)


def _count_of(request: Request, queryset: QuerySet) -> tuple[int, bool] | None:
    wanted = request.query_params.get("count", "false")
    if wanted not in {"true", "false"}:
        raise ParameterError({"count": [_("Either true or false.")]})
    if wanted == "false":
        return None
    found = queryset.order_by()[: COUNTED_AT_MOST + 1].count()
    return min(found, COUNTED_AT_MOST), found > COUNTED_AT_MOST


def _field_at(queryset: QuerySet, path: str) -> Any:
    model, field = queryset.model, None
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        model = field.related_model
    return field


def _typed(queryset: QuerySet, path: str, value: Any) -> Any:
    return None if value is None else _field_at(queryset, path).to_python(value)


def _value_at(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row
