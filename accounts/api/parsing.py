"""JSON as we take it: UTF-8, not too large, not too deep, nothing PostgreSQL could not store.

Stock parsers fall over nested brackets, U+0000 and lone surrogates, and keep the last of two
equal keys; here each of these is a 400 that says where.
"""

import codecs
import json
import math
import re
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.utils.mediatypes import _MediaType

from accounts.api.problem import BodyError, BodyTooLarge, LengthRequired, escaped

MAX_BYTES = 2_500_000
MAX_DEPTH = 20
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
BRACKETS = re.compile(r"[\[\]{}]")
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """Not a child of the stock parser, whose body REST framework reads whole before we can look."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: dict | None = None
    ) -> Any:
        context = parser_context or {}
        limit = getattr(context.get("view"), "max_bytes", MAX_BYTES)
        _refuse_other_charsets(media_type or "")
        return parsed(_decoded(_read(stream, limit)))


class AlwaysJSON(BaseContentNegotiation):
    """We speak JSON whatever the caller says it accepts."""

    def select_parser(self, request: Any, parsers: list) -> Any:
        for parser in parsers:
            if _MediaType(parser.media_type).match(_MediaType(request.content_type)):
                return parser
        return None

    def select_renderer(
        self, request: Any, renderers: list, format_suffix: str | None = None
    ) -> tuple:
        return renderers[0], renderers[0].media_type


def refuse_unknown_length(request: Any) -> None:
    """A chunked body would look empty behind WSGI; better to say so than to lose it."""
    if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
        raise LengthRequired


def _read(stream: Any, limit: int) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        message = _("The body is larger than %(limit)s bytes.") % {"limit": limit}
        raise BodyTooLarge(message)
    return bytes(data)


def _refuse_other_charsets(media_type: str) -> None:
    charset = _MediaType(media_type).params.get("charset", "utf-8")
    charset = charset.decode("latin-1") if isinstance(charset, bytes) else charset
    if charset.strip("\"'").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType(media_type)


def _decoded(data: bytes) -> str:
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as exc:
        raise BodyError(_("The body is not UTF-8.")) from exc


def parsed(text: str) -> Any:
    """The value. Raises BodyError for anything that is not clean JSON."""
    _refuse_depth(text)
    try:
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite,
            object_pairs_hook=_without_doubles,
        )  # fmt: skip
    except ValueError as exc:
        message = _("The body is not valid JSON: %(why)s") % {"why": str(exc)[:200]}
        raise BodyError(message) from exc
    if "\\u" in text or "\x00" in text:
        _refuse_unstorable(value)
    return value


def _refuse_depth(text: str) -> None:
    depth = 0
    for bracket in BRACKETS.findall(STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise BodyError(_("The body is nested too deeply."), "too_deep")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found


def _refuse_unstorable(value: Any, path: str = "") -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key, path)
            _refuse_unstorable(inner, f"{path}/{escaped(key)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_unstorable(inner, f"{path}/{index}")
    elif isinstance(value, str) and NOT_STORABLE.search(value):
        message = _("Text must not hold U+0000 or half of a surrogate pair.")
        raise BodyError(message, "unstorable_text", path)
