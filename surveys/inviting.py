"""Who is asked, who is not, and why not. An audience becomes invitations and their messages.

Contacts are judged in order of their id, chunk by chunk; each chunk is one transaction that leaves
an invitation for everybody in it, invited or left out. A planner that dies goes on where the last
chunk ended.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from customers.models import Contact
from customers.querysets import ContactQuerySet
from lib.days import local_day
from outreach.addresses import address_hash, address_key
from outreach.claiming import CAP_DAYS, tired_after
from outreach.models import ContactTouch, Mailing, Message, Suppression, Topic
from outreach.rendering import placeholders_in
from surveys.models import Invitation, Survey, SurveyVersion, Wave

CHUNK = 2000
GRACE = timedelta(days=30)
Audience = dict[str, Any]


@dataclass
class Judged:
    """A contact, its address as a key, and why it is left out; empty when it is asked."""

    contact: Contact
    email_norm: str
    reason: str


@dataclass
class AudienceCount:
    invited: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.invited + self.left_out.total()


def contacts_of(audience: Audience) -> ContactQuerySet:
    """Contacts of living customers whom the filters name, whether they may be asked or not."""
    contacts = Contact.objects.filter(customer__churned_on__isnull=True)
    # An empty choice asks nobody; only without a choice everybody may be asked.
    if audience.get("customers") is not None:
        contacts = contacts.filter(customer__in=audience["customers"])
    plain = {"segment": "customer__segment", "touch": "customer__touch", "csm": "customer__csm"}
    for name, lookup in plain.items():
        if audience.get(name):
            contacts = contacts.filter(**{lookup: audience[name]})
    if audience.get("roles"):
        contacts = contacts.filter(role__in=audience["roles"])
    if audience.get("language"):
        own = Q(language=audience["language"])
        contacts = contacts.filter(own | Q(language="", customer__language=audience["language"]))
    return contacts.select_related("customer__csm").order_by("pk")


def count_audience(survey: Survey, version: SurveyVersion, audience: Audience) -> AudienceCount:
    """The figures before anything is written; the same rule as the planning itself."""
    count, taken = AudienceCount(), set[str]()
    now = timezone.now()
    for chunk in _chunks(contacts_of(audience)):
        for judged in judge(chunk, survey, version, taken=taken, now=now):
            count.invited += not judged.reason
            if judged.reason:
                count.left_out[judged.reason] += 1
    return count


def _chunks(contacts: ContactQuerySet) -> Iterator[list[Contact]]:
    last = 0
    while chunk := list(contacts.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def judge(
    contacts: Iterable[Contact],
    survey: Survey,
    version: SurveyVersion,
    *,
    taken: set[str],
    now: datetime,
) -> list[Judged]:
    """`taken` are addresses this wave writes to already; it grows by the ones found good here."""
    keys = {contact.pk: address_key(contact.email) or "" for contact in contacts}
    rules = _Rules(survey, version, [address_hash(key) for key in keys.values() if key], now)
    judgements = []
    for contact in contacts:
        key = keys[contact.pk]
        reason = rules.reason(contact, key) or ("duplicate" if key in taken else "")
        if not reason:
            taken.add(key)
        judgements.append(Judged(contact, key, reason))
    return judgements


class _Rules:
    """The rules over one chunk, with what they need read at once."""

    def __init__(
        self, survey: Survey, version: SurveyVersion, hashes: list[str], now: datetime
    ) -> None:
        self.survey, self.now = survey, now
        self.topic = surveys_topic()
        self.needed = needed_words(version)
        stopping = Suppression.objects.stopping(hashes, self.topic.pk)
        self.stopped = set(stopping.values_list("email_hash", flat=True))
        self.touches: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        self.asked_nps: set[str] = set()
        since = now - timedelta(days=max(CAP_DAYS, settings.NPS_REPEAT_DAYS))
        rows = ContactTouch.objects.filter(email_hash__in=hashes, touched_at__gt=since)
        kind = "message__invitation__wave__survey__kind"
        for email_hash, at, topic_id, asked in rows.values_list(
            "email_hash", "touched_at", "topic_id", kind
        ):
            self.touches[email_hash].append((at, topic_id))
            if asked == Survey.Kind.NPS:
                self.asked_nps.add(email_hash)

    def reason(self, contact: Contact, key: str) -> str:
        return (
            self._unreachable(contact, key)
            or self._unfillable(contact)
            or self._resting(address_hash(key))
        )

    def _unreachable(self, contact: Contact, key: str) -> str:
        checks = {
            "no_address": not key,
            "left": contact.left_at is not None,
            "bounced": contact.bounced_at is not None,
            "refused": contact.consent == Contact.Consent.REFUSED,
            "unsubscribed": bool(key) and address_hash(key) in self.stopped,
        }
        return next((reason for reason, holds in checks.items() if holds), "")

    def _unfillable(self, contact: Contact) -> str:
        values = merge_fields(contact, "brand")
        missing = [word for word in sorted(self.needed) if not values[word]]
        return f"missing_{missing[0]}" if missing else ""

    def _resting(self, email_hash: str) -> str:
        """Fatigue, measured from the sending: NPS has a clock of its own beside the common one."""
        if self.survey.kind == Survey.Kind.NPS and email_hash in self.asked_nps:
            return "asked_recently"
        return tired_after(
            self.touches[email_hash], self.topic.pk,
            quiet_days=settings.SURVEY_GAP_DAYS, now=self.now,
        )  # fmt: skip


def surveys_topic() -> Topic:
    """The topic all surveys are sent under."""
    names = {"name_en": "Surveys", "name_ja": "アンケート"}
    return Topic.objects.get_or_create(key="surveys", defaults=names)[0]


def needed_words(version: SurveyVersion) -> set[str]:
    """The placeholders its mails need, in any language."""
    texts = [words.get(key, "") for words in version.texts.values() for key in ("subject", "intro")]
    return set().union(*(placeholders_in(text) for text in texts))


def merge_fields(contact: Contact, brand: str) -> dict[str, str]:
    return {"brand": brand, "company": contact.customer.name, "name": contact.name}


@transaction.atomic
def new_wave(version: SurveyVersion, audience: Audience, *, name: str, days: int, by: Any) -> Wave:
    """A wave that is planned next and sent when somebody has looked at it."""
    mailing = Mailing.objects.create(
        name=name, topic=surveys_topic(), quiet_days=settings.SURVEY_GAP_DAYS, created_by=by
    )
    return Wave.objects.create(
        survey=version.survey, version=version, name=name, audience=audience, mailing=mailing,
        closes_at=timezone.now() + timedelta(days=days), created_by=by,
    )  # fmt: skip


def plan_wave(wave: Wave) -> None:
    """Freeze the audience. Safe to repeat and to run beside itself; it ends when all are judged."""
    while _plan_chunk(wave.pk):
        pass


@transaction.atomic
def _plan_chunk(wave_id: int) -> bool:
    """False when nobody is left."""
    wave = Wave.objects.select_for_update(of=("self",)).select_related("mailing").get(pk=wave_id)
    if wave.planned_at or wave.mailing is None or wave.mailing.state != Mailing.State.PREPARING:
        return False
    last = wave.invitations.aggregate(last=Max("contact_id"))["last"] or 0
    contacts = list(contacts_of(wave.audience).filter(pk__gt=last)[:CHUNK])
    if contacts:
        keys = [key for contact in contacts if (key := address_key(contact.email))]
        taken = set(
            wave.mailing.messages.filter(email_norm__in=keys).values_list("email_norm", flat=True)
        )
        now = timezone.now()
        _store(wave, judge(contacts, wave.survey, wave.version, taken=taken, now=now))
        return True
    reasons = wave.invitations.filter(state="skipped").values_list("skip_reason", flat=True)
    wave.skipped, wave.planned_at = dict(Counter(reasons)), timezone.now()
    wave.save(update_fields=["skipped", "planned_at"])
    return False


def _store(wave: Wave, judgements: list[Judged]) -> None:
    good = [judged for judged in judgements if not judged.reason]
    messages = Message.objects.bulk_create([_message(wave, judged) for judged in good])
    message_of = {message.contact_id: message for message in messages}
    Invitation.objects.bulk_create(
        Invitation(
            wave=wave,
            contact=judged.contact,
            customer=judged.contact.customer,
            message=message_of.get(judged.contact.pk),
            language=wave.version.language_for(judged.contact.speaks()),
            asked_as=_asked_as(judged.contact),
            state="skipped" if judged.reason else "queued",
            skip_reason=judged.reason,
            expires_at=wave.closes_at + GRACE,
        )
        for judged in judgements
    )


def _message(wave: Wave, judged: Judged) -> Message:
    language = wave.version.language_for(judged.contact.speaks())
    return Message(
        mailing=wave.mailing,
        contact=judged.contact,
        email=judged.contact.email[:254],
        email_norm=judged.email_norm,
        language=language,
        subject=wave.version.text("subject", language)[:300],
        merge_fields=merge_fields(judged.contact, wave.version.brand),
    )


def _asked_as(contact: Contact) -> dict[str, Any]:
    """What the customer was like when asked; results are cut by this, not by what it became."""
    customer = contact.customer
    return {
        "segment": customer.segment,
        "touch": customer.touch,
        "stage": customer.stage,
        "csm": customer.csm_id,
        "role": contact.role,
        "asked_on": local_day(timezone.now()).isoformat(),
    }
