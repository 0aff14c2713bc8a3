"""Links in mails: derived from the message, signed, and stored nowhere.

A token is key id + message uuid + 96 bits of HMAC, in lower-case base32, because gateways change
case. The purpose is part of what is signed, so one link cannot do another's work. Junk is refused
before any question to the database; old keys of the ring still open what they signed.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from enum import StrEnum

from django.conf import settings

TAG_BYTES = 12
TOKEN_BYTES = 1 + 16 + TAG_BYTES
# What mail programs and people leave at the end of a link.
TRAILING = " \t\r\n.>)],;='\""


class Purpose(StrEnum):
    ANSWER = "answer"
    UNSUBSCRIBE = "unsub-header"
    PREFERENCES = "prefs"


PATHS = {Purpose.ANSWER: "/s/", Purpose.UNSUBSCRIBE: "/u/", Purpose.PREFERENCES: "/p/"}


def _key_id(key: str) -> bytes:
    return hashlib.sha256(f"key id:{key}".encode()).digest()[:1]


def _tag(key: str, purpose: Purpose, message: bytes) -> bytes:
    signed = b"enishi link 1\0" + purpose.encode() + b"\0" + message
    return hmac.new(key.encode(), signed, hashlib.sha256).digest()[:TAG_BYTES]


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def token_for(purpose: Purpose, message: uuid.UUID) -> str:
    """The same message always has the same token, so a repeated try renders the same mail."""
    key = settings.LINK_KEYS[0]
    return _encode(_key_id(key) + message.bytes + _tag(key, purpose, message.bytes))


def read_token(purpose: Purpose, token: str) -> uuid.UUID | None:
    """The message a token was made for, or None for anything we did not sign for this purpose."""
    cleaned = token.strip(TRAILING).lower()
    try:
        raw = base64.b32decode(cleaned.upper() + "=" * (-len(cleaned) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != TOKEN_BYTES or _encode(raw) != cleaned:
        return None
    key_id, message, tag = raw[:1], raw[1:17], raw[17:]
    for key in settings.LINK_KEYS:
        if _key_id(key) == key_id and hmac.compare_digest(_tag(key, purpose, message), tag):
            return uuid.UUID(bytes=message)
    return None


def link_for(purpose: Purpose, message: uuid.UUID) -> str:
    return f"{settings.PUBLIC_URL}{PATHS[purpose]}{token_for(purpose, message)}"
