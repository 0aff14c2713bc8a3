"""Waves of the NPS survey, the mails they sent and what came back."""

from datetime import date, datetime, timedelta
from random import Random

from customers.models import Contact, Customer
from metrics.demo import names
from metrics.demo.story import Life
from metrics.demo.writing import Cast, at
from outreach.addresses import address_key
from outreach.models import Mailing, Message, Topic
from surveys.models import Invitation, Response, ResponseRevision, Survey, SurveyVersion, Wave
from surveys.scales import SCALES
from surveys.wording import first_texts

# Everybody twice a year at first, then each month a third of the contacts in turn.
DAYS_BACK_OF_WAVES = [930, 750, 570, 390]
DAYS_BACK_OF_THIRDS = range(308, 0, -30)
# After a contact with support, once a month a few are asked how easy it was.
DAYS_BACK_OF_EFFORT = range(304, 0, -30)
ANSWER_RATE = 0.36
EFFORT_SHARE = 0.1
Asked = list[tuple[Life, Contact]]


def write_answers(
    lives: list[Life], customers: list[Customer], contacts: dict[int, list[Contact]],
    cast: Cast, today: date, random: Random,
) -> None:  # fmt: skip
    published = at(today - timedelta(days=DAYS_BACK_OF_WAVES[0] + 10))
    nps = _write_survey(Survey.Kind.NPS, cast, published)
    ces = _write_survey(Survey.Kind.CES, cast, published)

    def asked_on(day: date) -> Asked:
        return [
            (life, contact)
            for life, customer in zip(lives, customers, strict=True)
            if customer.is_active_on(day)
            for contact in contacts[customer.pk]
            if contact.role != Contact.Role.BILLING
        ]

    for days_back in DAYS_BACK_OF_WAVES:
        day = today - timedelta(days=days_back)
        _write_wave(nps, day, asked_on(day), cast, random)
    for turn, days_back in enumerate(DAYS_BACK_OF_THIRDS):
        day = today - timedelta(days=days_back)
        third = [each for each in asked_on(day) if each[1].pk % 3 == turn % 3]
        _write_wave(nps, day, third, cast, random)
    for days_back in DAYS_BACK_OF_EFFORT:
        day = today - timedelta(days=days_back)
        few = [each for each in asked_on(day) if random.random() < EFFORT_SHARE]
        _write_wave(ces, day, few, cast, random)


def _write_survey(kind: Survey.Kind, cast: Cast, published_at: datetime) -> Survey:
    """The survey every installation begins with, or a new one, in the name of the demo's product."""
    survey = Survey.objects.filter(kind=kind).order_by("pk").first()
    if survey is None:
        survey = Survey.objects.create(name=f"Hibiki {kind.upper()}", kind=kind)
    Survey.objects.filter(pk=survey.pk).update(created_at=published_at)
    SurveyVersion.objects.filter(survey=survey).delete()
    SurveyVersion.objects.create(
        survey=survey,
        number=1,
        brand="Hibiki",
        default_language="en",
        texts=first_texts(kind),
        published_at=published_at,
        created_by=cast.lead,
        created_at=published_at,
    )
    return survey


def _write_wave(survey: Survey, day: date, asked: Asked, cast: Cast, random: Random) -> None:
    sent_at = at(day, 10)
    version = survey.versions.filter(published_at__isnull=False).order_by("-number")[0]
    mailing = Mailing.objects.create(
        name=f"{survey.kind.upper()} {day:%Y-%m}", topic=Topic.objects.get(key="surveys"),
        state=Mailing.State.RUNNING, created_by=cast.lead, created_at=sent_at,
    )  # fmt: skip
    wave = Wave.objects.create(
        survey=survey, version=version, name=f"{survey.kind.upper()} {day:%Y-%m}",
        mailing=mailing, closes_at=at(day + timedelta(days=45)), created_by=cast.lead,
        created_at=sent_at, planned_at=sent_at,
    )  # fmt: skip
    messages = Message.objects.bulk_create(
        Message(
            mailing=mailing, contact=contact, email=contact.email,
            email_norm=address_key(contact.email) or contact.email, language=life.language,
            subject=version.text("subject", life.language), state=Message.State.SENT,
            attempts=1, handed_at=sent_at, sent_at=sent_at, smtp_code=250, created_at=sent_at,
            due_at=sent_at,
        )
        for life, contact in asked
    )  # fmt: skip
    invitations = Invitation.objects.bulk_create(
        Invitation(
            wave=wave, contact=contact, customer_id=contact.customer_id, message=message,
            language=life.language, state=Invitation.State.QUEUED, expires_at=wave.closes_at,
            asked_as={"segment": life.segment, "touch": life.touch}, created_at=sent_at,
        )
        for (life, contact), message in zip(asked, messages, strict=True)
    )  # fmt: skip
    _write_responses(survey, wave, asked, invitations, random)


def _write_responses(
    survey: Survey, wave: Wave, asked: Asked,
    invitations: list[Invitation], random: Random,
) -> None:  # fmt: skip
    responses = []
    for (life, contact), invitation in zip(asked, invitations, strict=True):
        if random.random() > ANSWER_RATE:
            continue
        day = wave.created_at.date()
        score = _score(survey, life.mood_on(day), random)
        kind = SCALES[Survey.Kind(survey.kind)].category(score)
        moment = wave.created_at + timedelta(minutes=random.randrange(60 * 24 * 12))
        responses.append(
            Response(
                invitation=invitation, survey=survey, version=wave.version, contact=contact,
                customer_id=contact.customer_id, score=score, language=life.language,
                comment=random.choice(names.COMMENTS[life.language][kind])
                if random.random() < 0.6 else "",
                answered_at=moment, changed_at=moment,
            )
        )  # fmt: skip
    made = Response.objects.bulk_create(responses)
    ResponseRevision.objects.bulk_create(
        ResponseRevision(
            response=response, form_nonce=f"demo-{response.pk}", score=response.score,
            comment=response.comment, recorded_at=response.answered_at,
        )
        for response in made
    )  # fmt: skip
    Invitation.objects.filter(response__in=made).update(state=Invitation.State.ANSWERED)


def _score(survey: Survey, mood: float, random: Random) -> int:
    if survey.kind == Survey.Kind.CES:
        return max(1, min(7, round(5.1 + 0.9 * mood + random.gauss(0, 1.3))))
    return max(0, min(10, round(7.6 + 1.7 * mood + random.gauss(-0.4, 1.5))))
