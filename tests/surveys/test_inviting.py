"""Who is asked, and who is left out for which reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outreach.addresses import address_hash
from outreach.models import ContactTouch, MailText, Message
from outreach.unsubscribing import stop
from surveys import inviting
from surveys.inviting import count_audience, new_wave, plan_wave, surveys_topic
from surveys.jobs import prepare_wave, resume_waves
from surveys.models import Invitation, SurveyVersion, Wave
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvitationFactory,
    SurveyFactory,
    SurveyVersionFactory,
)

NOW = timezone.now()


@pytest.fixture
def version(db) -> SurveyVersion:
    return SurveyVersionFactory()


def reasons(version: SurveyVersion, audience: dict | None = None) -> dict[str, int]:
    return dict(count_audience(version.survey, version, audience or {}).left_out)


def touched(email: str, days: float, *, kind: str) -> None:
    """The address was asked by a survey of a kind some days ago."""
    asked = InvitationFactory(wave__survey__kind=kind, contact__left_at=NOW)
    ContactTouch.objects.create(
        email_hash=address_hash(email), topic=surveys_topic(), message=asked.message,
        touched_at=NOW - timedelta(days=days),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        ({"email": ""}, "no_address"),
        ({"email": "a@x.com, b@y.com"}, "no_address"),
        ({"left_at": NOW}, "left"),
        ({"bounced_at": NOW}, "bounced"),
        ({"consent": "refused"}, "refused"),
    ],
)
def test_who_cannot_be_reached_is_left_out_with_the_reason(version, contact, reason):
    ContactFactory(**contact)

    assert reasons(version) == {reason: 1}


def test_who_said_stop_is_left_out(version):
    contact = ContactFactory()
    stop(contact.email, surveys_topic(), reason="unsubscribed", source="test")

    assert reasons(version) == {"unsubscribed": 1}


def test_one_address_on_two_contacts_is_asked_once(version):
    ContactFactory(email="Ana@Example.com ")
    ContactFactory(email="ana@example.com")

    count = count_audience(version.survey, version, {})

    assert (count.invited, count.left_out) == (1, {"duplicate": 1})


@pytest.mark.parametrize(
    ("kind", "days", "reason"),
    [
        ("nps", 89, {"asked_recently": 1}),
        ("nps", 91, {}),
        ("csat", 29, {"quiet_period": 1}),
        ("csat", 31, {}),
        ("csat", 0.5, {"mailed_today": 1}),
    ],
)
def test_the_quiet_time_after_a_survey(version, kind, days, reason):
    contact = ContactFactory()
    touched(contact.email, days, kind=kind)

    assert {k: v for k, v in reasons(version).items() if k != "left"} == reason


def test_a_name_the_mail_needs_and_nobody_knows_is_a_reason(version):
    version.texts["en"]["intro"] = "Hello {name}"
    ContactFactory(name="")

    assert reasons(version) == {"missing_name": 1}


def test_the_audience_is_cut_by_segment_touch_csm_role_and_language(version, ana, ben):
    bakery = CustomerFactory(segment="small", touch="high", csm=ana, language="ja")
    wanted = ContactFactory(customer=bakery, role="champion")
    ContactFactory(customer=bakery, role="billing")
    ContactFactory(customer=bakery, role="champion", language="en")
    ContactFactory(customer=CustomerFactory(csm=ben, segment="small"), role="champion")
    audience = {
        "segment": "small", "touch": "high", "csm": ana.pk, "roles": ["champion"], "language": "ja",
    }  # fmt: skip

    assert list(inviting.contacts_of(audience)) == [wanted]


def test_contacts_of_churned_customers_are_not_in_any_audience(version):
    ContactFactory(customer__churned_on=NOW.date())

    assert count_audience(version.survey, version, {}).total == 0


def test_a_prepared_wave_has_a_row_for_everybody_and_mails_in_both_languages(version, lea):
    ContactFactory(language="ja")
    ContactFactory(language="en")
    ContactFactory(email="")
    wave = new_wave(version, {}, name="Autumn", days=14, by=lea)

    prepare_wave(wave.pk)
    prepare_wave(wave.pk)

    wave.refresh_from_db()
    assert wave.planned_at is not None
    assert wave.skipped == {"no_address": 1}
    assert Invitation.objects.count() == 3
    assert sorted(Message.objects.values_list("language", flat=True)) == ["en", "ja"]
    assert MailText.objects.count() == 2
    assert wave.mailing.state == "preparing"


def test_planning_goes_on_after_the_last_finished_chunk(version, lea, monkeypatch):
    monkeypatch.setattr(inviting, "CHUNK", 2)
    ContactFactory.create_batch(5)
    wave = new_wave(version, {}, name="Autumn", days=14, by=lea)
    inviting._plan_chunk(wave.pk)

    resume_waves()

    assert Message.objects.count() == Invitation.objects.count() == 5
    assert Wave.objects.get().planned_at is not None


def test_the_count_before_is_the_count_after(version, lea):
    ContactFactory.create_batch(3)
    ContactFactory(consent="refused")
    before = count_audience(version.survey, version, {})
    wave = new_wave(version, {}, name="Autumn", days=14, by=lea)

    plan_wave(wave)

    assert Message.objects.count() == before.invited == 3
    assert Wave.objects.get().skipped == dict(before.left_out)


def test_planning_asks_the_same_number_of_questions_for_3_and_30(
    version, lea, django_assert_max_num_queries
):
    for how_many in (3, 30):
        ContactFactory.create_batch(how_many)
        wave = new_wave(version, {}, name="Autumn", days=14, by=lea)
        with django_assert_max_num_queries(32):
            plan_wave(wave)


def test_a_survey_without_contacts_is_an_empty_wave(lea):
    version = SurveyVersionFactory(survey=SurveyFactory(kind="ces"))
    wave = new_wave(version, {}, name="Nobody", days=14, by=lea)

    plan_wave(wave)

    assert Wave.objects.get().skipped == {}
