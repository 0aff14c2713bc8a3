"""The mails the embedded catcher kept: a stand-in for the inboxes of the demo's contacts."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings

NEWEST = 100
LARGEST = 5_000_000
_NAME = re.compile(r"(\d{10,20})-[0-9a-f]{8}\.eml")


@dataclass(frozen=True)
class KeptMail:
    name: str
    kept_at: datetime
    recipient: str
    subject: str
    text: str
    html: str


def names() -> list[str]:
    """The newest first; other files of the folder are no mails."""
    folder = Path(settings.MAILBOX_DIR)
    found = [path.name for path in folder.glob("*.eml") if _NAME.fullmatch(path.name)]
    return sorted(found, reverse=True)


def read(name: str) -> KeptMail | None:
    """None for a name that is no kept mail."""
    matched = _NAME.fullmatch(name)
    path = Path(settings.MAILBOX_DIR) / name
    if not matched or not path.is_file() or path.stat().st_size > LARGEST:
        return None
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return KeptMail(
        name=name,
        kept_at=datetime.fromtimestamp(int(matched[1]) / 1e9, UTC),
        recipient=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    try:
        return str(part.get_content()) if part else ""
    except (LookupError, UnicodeError):
        return ""
