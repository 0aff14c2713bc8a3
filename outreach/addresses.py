"""Mail addresses as keys: two spellings of one mailbox are one, and one address is one mail.

"+tag" and dots are kept, because only the receiving server knows what they mean.
"""

import hashlib
import hmac
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# Invisible characters that come along with copied addresses.
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
MAX_LENGTH = 254


def address_key(address: str) -> str | None:
    """The mailbox an address names: trimmed, lower case, IDNA domain. None when it names none."""
    cleaned = unicodedata.normalize("NFC", address).translate(INVISIBLE).strip()
    local, _at, domain = cleaned.rpartition("@")
    try:
        key = f"{local.lower()}@{domain.encode('idna').decode().lower()}"
        validate_email(key)
    except (UnicodeError, ValidationError):
        return None
    return key if len(key) <= MAX_LENGTH else None


def address_hash(key: str) -> str:
    """What suppression and the ledger keep instead of the address; useless without our key."""
    secret = settings.ADDRESS_KEY.encode()
    return hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()
