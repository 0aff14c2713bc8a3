"""A form's own number: it tells a second press from a second thought, and how long a form was open.

Time and chance, signed for one message. Nothing is stored until the form comes back.
"""

import hashlib
import hmac
import secrets
import time
import uuid
from dataclasses import dataclass

from django.conf import settings

LONGEST_OPEN_SECONDS = 7 * 86400


@dataclass(frozen=True)
class Nonce:
    value: str
    age_seconds: float


def _tag(key: str, message: uuid.UUID, stem: str) -> str:
    signed = b"enishi form 1\0" + message.bytes + stem.encode()
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()[:24]


def new_nonce(message: uuid.UUID) -> str:
    stem = f"{int(time.time() * 1000):x}.{secrets.token_hex(8)}"
    return f"{stem}.{_tag(settings.LINK_KEYS[0], message, stem)}"


def read_nonce(text: str, message: uuid.UUID) -> Nonce | None:
    """None when it is not ours, of another message, from the future or older than a week."""
    stem, _dot, tag = text.rpartition(".")
    if not text.isascii() or not any(
        hmac.compare_digest(_tag(key, message, stem), tag) for key in settings.LINK_KEYS
    ):
        return None
    age = time.time() - int(stem.split(".")[0], 16) / 1000
    return Nonce(text, age) if -1 <= age <= LONGEST_OPEN_SECONDS else None
