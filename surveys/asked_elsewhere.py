"""Invitations from elsewhere: whom an earlier tool asked, and whether its mail arrived (SUR-4).

They belong to one wave of an imported survey, which sent nothing and closes when the last of them
does. Whether somebody answered is told by answers that name their invitation.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.importing.cells import one_of, simplified, to_id, to_moment, to_text
from customers.importing.columns import Column
from customers.importing.context import AHEAD, Context, judged_one_by_one
from customers.importing.drafts import Draft, Rejected
from customers.importing.nouns.belonging import customer_column, known_by_key
from customers.importing.nouns.choices import LANGUAGES
from customers.importing.nouns.noun import Noun
from customers.importing.records import Kind, remove, restore, save_records, settle
from customers.models import ImportRow
from surveys.importing import (
    NAMES_OF_CONTACTS,
    NAMES_OF_SURVEYS,
    SURVEY_KINDS,
    Surveys,
    contacts_named,
    forget_empty_surveys,
    who,
)
from surveys.models import Invitation, Response, Wave

SAID = {
    "delivered": "delivered,sent,ok,配信済み,送信済み",
    "bounced": "bounced,bounce,returned,undeliverable,不達,エラー",
    "suppressed": "suppressed,skipped,not sent,unsubscribed,除外,未送信",
}
OUTCOMES = (
    {simplified(word): name for name, words in SAID.items() for word in words.split(",")},
    list(SAID),
)
COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "invitation id,request id,mail id,id,回答依頼ID,招待ID,送信ID",
        is_required=True,
    ),
    customer_column(),
    Column(
        "contact", _("Contact (external id or e-mail address)"), to_id, NAMES_OF_CONTACTS,
        is_required=True,
    ),
    Column("kind", _("Kind"), one_of(*SURVEY_KINDS), "type,survey type,metric,種類,指標,調査種別",
           is_required=True),
    Column("survey", _("Survey"), to_text(200), NAMES_OF_SURVEYS),
    Column(
        "sent_at", _("Day or moment of sending"), to_moment,
        "sent,sent on,date,day,sent date,invited at,送信日,送信日時,配信日,日付,日時",
        is_required=True, is_date=True,
    ),
    Column("outcome", pgettext_lazy("of a mail", "Outcome"), one_of(*OUTCOMES),
           "status,state,delivery,delivery status,result,配信結果,状態,結果"),
    Column("closes_at", _("Closes"), to_moment,
           "closes,closes on,expires,expires at,survey end,締切,回答期限,終了日", is_date=True),
    Column("language", _("Language"), one_of(*LANGUAGES), "locale,lang,言語"),
)  # fmt: skip
KIND = Kind(
    Invitation,
    ("external_id", "wave_id", "contact_id", "customer_id", "language", "asked_as", "state",
     "skip_reason", "sent_at", "is_returned", "expires_at", "created_at"),
    {"language": "en", "asked_as": {}, "skip_reason": ""},
    new_stamps=(),
)  # fmt: skip


@dataclass
class Waves:
    """The one wave of each imported survey; one that is missing is made while saving."""

    is_saving: bool
    known: dict[int, int] = field(default_factory=dict)

    def of(self, survey: dict[str, int | None], name: str, closes_at: datetime) -> int | None:
        survey_id, version_id = survey["survey_id"], survey["version_id"]
        if survey_id is None or version_id is None:
            return None
        if survey_id not in self.known:
            wave = Wave.objects.filter(survey=survey_id).first()
            if wave is None and self.is_saving:
                wave = Wave.objects.create(
                    survey_id=survey_id, version_id=version_id, name=name,
                    planned_at=closes_at, closes_at=closes_at,
                )  # fmt: skip
            if wave is None:
                return None
            self.known[survey_id] = wave.pk
        return self.known[survey_id]


def judge(drafts: list[Draft], context: Context) -> None:
    found, customers = known_by_key(KIND, drafts, context)
    contacts = contacts_named(drafts, context)
    surveys = Surveys.named_in(drafts, context)
    waves = Waves(context.is_saving)

    def one(draft: Draft) -> None:
        said = draft.values
        if said["sent_at"] > context.now + AHEAD:
            raise Rejected("sent_at", "in_the_future")
        former = found.get(draft.key)
        values = {"external_id": draft.key, **who(said, customers, contacts, former)}
        if former is not None and former["customer_id"] != values["customer_id"]:
            raise Rejected("external_id", "other_customer")
        context.once(draft.key)
        values |= fate_of(said, former)
        if "language" in said:
            values["language"] = said["language"]
        survey, name = surveys.of(said, context), surveys.name_of(said)
        values["wave_id"] = waves.of(survey, name, values["expires_at"])
        settle(KIND, draft, values, former)

    judged_one_by_one(drafts, context, one)


def fate_of(said: dict[str, Any], former: dict[str, Any] | None) -> dict[str, Any]:
    """Whether it left, came back, and until when it could be answered; not said is as before."""
    asked_at, before = said["sent_at"], "delivered"
    closes_at = said.get("closes_at") or (former or {}).get("expires_at") or asked_at
    if former is not None:
        before = "bounced" if former["is_returned"] else "delivered"
        before = before if former["sent_at"] else "suppressed"
    outcome = said.get("outcome") or before
    is_sent = outcome != "suppressed"
    return {
        "state": Invitation.State.SENT if is_sent else Invitation.State.SKIPPED,
        "sent_at": asked_at if is_sent else None,
        "is_returned": outcome == "bounced",
        "created_at": asked_at,
        "expires_at": max(closes_at, asked_at),
    }


def save(drafts: list[Draft], context: Context) -> None:
    """A wave is open as long as one of its invitations."""
    save_records(KIND, drafts, context)
    latest: dict[int, datetime] = {}
    for draft in drafts:
        if record := draft.record:
            wave, closes_at = record["wave_id"], record["expires_at"]
            latest[wave] = max(latest.get(wave, closes_at), closes_at)
    for wave, closes_at in latest.items():
        Wave.objects.filter(pk=wave, closes_at__lt=closes_at).update(closes_at=closes_at)


def in_use(invitation_ids: list[int]) -> set[int]:
    """Invitations that somebody has answered."""
    answered = Response.objects.filter(invitation__in=invitation_ids)
    return {key for key in answered.values_list("invitation_id", flat=True) if key}


def take_back(row_ids: list[int]) -> list[int]:
    """Imported surveys go with the last that belongs to them."""
    records = ImportRow.objects.filter(pk__in=row_ids).values("record_id")
    asked = Invitation.objects.filter(pk__in=records)
    surveys = list(asked.values_list("wave__survey_id", flat=True).distinct())
    done = [*restore(KIND, row_ids), *remove(KIND, row_ids, in_use)]
    forget_empty_surveys(surveys)
    return done


INVITATIONS = Noun(
    "invitations", _("Survey invitations"), COLUMNS, judge, save, take_back, scope="surveys"
)
