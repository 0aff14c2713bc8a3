"""An opened link: all the answer page needs, in one read of few columns.

Scanners make this the most asked question of the house, so it is one statement by hand. To plan
its six tables takes far longer than to read six rows: PostgreSQL keeps the statement as a function
(`surveys/migrations/0005`) and plans it once for each connection.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from lib.days import local_day
from surveys.answering import EDIT_DAYS
from surveys.models import Survey
from surveys.scales import SCALES, Scale

# One row for a link that leads somewhere; the response is null until somebody pressed.
FIND = """
    SELECT invitation_id, message_id, language, expires_at, kind, closed_at, brand,
        default_language, texts, score, comment, answered_at
    FROM opened_link(%s)
"""


@dataclass(frozen=True)
class Said:
    """What was answered before."""

    score: int
    comment: str
    answered_at: datetime

    def may_change(self, now: datetime) -> bool:
        return now < self.answered_at + timedelta(days=EDIT_DAYS)

    @property
    def last_day_to_change(self) -> date:
        """The last day on which it may be changed at any hour."""
        return local_day(self.answered_at) + timedelta(days=EDIT_DAYS - 1)


@dataclass(frozen=True)
class OpenLink:
    """The invitation behind a link, as far as a page shows it."""

    message_uuid: uuid.UUID
    invitation_id: int
    message_id: int
    language: str
    expires_at: datetime
    kind: str
    closed_at: datetime | None
    brand: str
    default_language: str
    texts: dict[str, dict[str, str]]
    said: Said | None

    @property
    def scale(self) -> Scale:
        return SCALES[Survey.Kind(self.kind)]

    def is_closed(self, now: datetime) -> bool:
        return self.expires_at <= now or self.closed_at is not None

    def language_for(self, wanted: str) -> str:
        """A language the survey was written in: the wanted one, the contact's, the survey's."""
        spoken = (wanted, self.language, self.default_language)
        return next((code for code in spoken if code in self.texts), self.default_language)

    def text(self, key: str, language: str) -> str:
        return self.texts.get(language, {}).get(key, "").replace("{brand}", self.brand)


def find_link(message_uuid: uuid.UUID) -> OpenLink | None:
    """None for whatever does not lead anywhere: unknown, erased, revoked."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [message_uuid])
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None
    *_link, texts, score, comment, answered_at = row
    return OpenLink(
        message_uuid=message_uuid,
        invitation_id=row[0],
        message_id=row[1],
        language=row[2],
        expires_at=row[3],
        kind=row[4],
        closed_at=row[5],
        brand=row[6],
        default_language=row[7],
        texts=json.loads(texts),
        said=None if score is None else Said(score, comment, answered_at),
    )
