"""The bytes of a request become JSON, whatever its headers say.

SDKs send gzip as plain text, JSON as a form, and a form as JSON; so only the bytes are asked.
"""

import base64
import binascii
import json
import re
import zlib
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson
from django.utils.translation import gettext as _

MAX_DEPTH = 200
MOST_DIGITS = 30
# A body that unpacks to much more than it was is no list of events.
MAX_RATIO = 200
HARMLESS_SIZE = 1_000_000
# Half of a letter that no text can hold: the event around it is refused when it is screened.
TOO_DEEP = "\udcff too deep"

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class UnreadableBody(Exception):
    """The body as a whole is no list of events. `code` is for programs, the text for people."""

    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BodyTooBig(UnreadableBody):
    """More bytes, packed or unpacked, or more events than one request may carry."""

    status = 413


def unpack(raw: bytes, max_bytes: int) -> bytes:
    """Unpacked JSON text of a body that is gzip, zlib, a `data=` form or plain."""
    if raw[:2] == b"\x1f\x8b":
        return _inflate(raw, max_bytes, wbits=31)
    if raw[:1] == b"\x78":
        return _inflate(raw, max_bytes, wbits=15)
    if raw[:5] == b"data=":
        return unpack(_form_value(raw), max_bytes)
    return raw


def _form_value(raw: bytes) -> bytes:
    value = unquote_to_bytes(raw[5:].split(b"&", 1)[0].replace(b"+", b"%2B"))
    if value[:1] in (b"{", b"["):
        return value
    try:
        return base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        raise UnreadableBody("bad_form", _("The data field is not base64.")) from None


def _inflate(raw: bytes, max_bytes: int, wbits: int) -> bytes:
    inflater = zlib.decompressobj(wbits)
    limit = min(max_bytes, max(HARMLESS_SIZE, len(raw) * MAX_RATIO))
    try:
        text = inflater.decompress(raw, limit + 1)
    except zlib.error:
        raise UnreadableBody("bad_gzip", _("The compressed body is damaged.")) from None
    if len(text) > limit:
        raise BodyTooBig("too_big", _("The unpacked body is too big. Send smaller batches."))
    if not inflater.eof:
        raise UnreadableBody("bad_gzip", _("The compressed body ends too early."))
    return text


def parse(text: bytes) -> Any:
    """The JSON value. What only one event got wrong is left for the screening of that event."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        too_deep = "depth limit" in str(error)
    if not text.strip():
        raise UnreadableBody("empty_body", _("The body is empty."))
    if too_deep:
        text = _without_depths(text)
    try:
        whole = text.decode(json.detect_encoding(text), "surrogateescape")
        return json.loads(whole, parse_int=_integer)
    except (ValueError, RecursionError):
        raise UnreadableBody("bad_json", _("The body is not JSON.")) from None


def _integer(digits: str) -> int:
    """Python reads no more than 4,300 digits; what is too much for 64 bits is too much later."""
    return int(digits[:MOST_DIGITS])


def _without_depths(text: bytes) -> bytes:
    """The same text with a mark in place of what is nested too deep, which no parser could read."""
    kept, copied_to, depth = [], 0, 0
    for token in _TOKENS.finditer(text):
        if token[0] in (b"[", b"{"):
            depth += 1
            if depth == MAX_DEPTH:
                kept.append(text[copied_to : token.start()])
                copied_to = len(text)
        elif token[0] in (b"]", b"}"):
            if depth == MAX_DEPTH:
                kept.append(json.dumps(TOO_DEEP).encode())
                copied_to = token.end()
            depth -= 1
    kept.append(text[copied_to:])
    return b"".join(kept)
