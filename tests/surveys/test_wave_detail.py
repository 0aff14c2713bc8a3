"""From audience to sending: shown first, sent on a press, once."""

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from outreach.models import Message
from surveys.models import Wave
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvitationFactory,
    MailingFactory,
    SurveyVersionFactory,
    WaveFactory,
)


@pytest.fixture
def version(db):
    return SurveyVersionFactory()


def created(client, version, django_capture, **filters) -> Wave:
    with django_capture(execute=True):
        client.post(f"/surveys/{version.survey_id}/send/create/", {"name": "Autumn", **filters})
    return Wave.objects.get()


def test_the_count_is_live_and_says_who_is_left_out(as_user, lea, version):
    ContactFactory(role="champion")
    ContactFactory(role="billing")
    ContactFactory(role="champion", consent="refused")

    answer = as_user(lea).get(
        f"/surveys/{version.survey_id}/send/",
        {"roles": ["champion"]},
        headers={"HX-Request": "true"},
    )

    html = answer.content.decode()
    assert "1 contact will be asked" in html
    assert "Refused" in html
    assert "<html" not in html


def test_a_wave_is_looked_at_before_it_is_sent_and_sent_once(
    as_user, lea, version, post, django_capture_on_commit_callbacks
):
    contact = ContactFactory(name="Max Muster")
    client = as_user(lea)
    wave = created(client, version, django_capture_on_commit_callbacks)
    page = client.get(f"/waves/{wave.pk}/").content.decode()
    assert "Max Muster" in page
    assert "Send 1 mail" in page
    assert not post.taken

    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"/waves/{wave.pk}/start/")

    assert post.taken == {contact.email: 1}
    assert "1 of 1 sent" in client.get(f"/waves/{wave.pk}/").content.decode()


def test_a_test_mail_goes_to_oneself_and_its_links_record_nothing(as_user, lea, version):
    wave = InvitationFactory(wave__version=version, wave__survey=version.survey).wave

    as_user(lea).post(f"/waves/{wave.pk}/test/")

    message = outbox.outbox[0]
    assert message.to == [lea.email]
    assert f"/surveys/{version.survey_id}/preview/" in message.body
    assert "/s/" not in message.body


def test_a_preview_shows_the_mail_of_one_contact(as_user, lea, version):
    version.texts["en"]["intro"] = "For {company}"
    version.save(update_fields=["texts"])
    bakery = CustomerFactory(name="Bakery <b>")
    invitation = InvitationFactory(
        wave__version=version, wave__survey=version.survey, contact__customer=bakery
    )
    client = as_user(lea)

    page = client.get(f"/invitations/{invitation.pk}/preview/").content.decode()
    mail = client.get(f"/invitations/{invitation.pk}/mail/")

    assert "For Bakery &lt;b&gt;" in page
    assert "For Bakery &lt;b&gt;" in mail.content.decode()
    assert "sandbox" in mail.headers["Content-Security-Policy"]


@pytest.mark.parametrize("days", ["0", "-1", "91", "abc", "1e9"])
def test_a_wrong_number_of_days_is_explained(as_user, lea, version, days):
    answer = as_user(lea).post(f"/surveys/{version.survey_id}/send/create/", {"days": days})

    assert answer.status_code == 422
    assert not Wave.objects.exists()


def test_a_discarded_wave_is_never_sent(
    as_user, lea, version, post, django_capture_on_commit_callbacks
):
    ContactFactory()
    client = as_user(lea)
    wave = created(client, version, django_capture_on_commit_callbacks)

    client.post(f"/mailings/{wave.mailing_id}/cancel/")
    client.post(f"/waves/{wave.pk}/start/")

    assert Message.objects.get().state == "cancelled"
    assert not post.taken


def test_a_csm_sees_only_contacts_of_her_own_customers(as_user, ana, version):
    wave = InvitationFactory(wave__version=version, contact__name="Stranger").wave
    InvitationFactory(wave=wave, contact__name="Mine", contact__customer__csm=ana)

    html = as_user(ana).get(f"/waves/{wave.pk}/").content.decode()

    assert "Mine" in html
    assert "Stranger" not in html


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_page_asks_the_same_number_of_questions(
    as_user, lea, version, how_many, django_assert_max_num_queries
):
    wave = InvitationFactory(wave__version=version).wave
    InvitationFactory.create_batch(how_many, wave=wave)
    client = as_user(lea)

    with django_assert_max_num_queries(8):
        client.get(f"/waves/{wave.pk}/")


def test_the_list_comes_anew_when_the_last_mail_has_left(as_user, lea, version):
    wave = WaveFactory(survey=version.survey, version=version, planned_at=timezone.now(),
                       mailing=MailingFactory(state="running"))  # fmt: skip
    invitation = InvitationFactory(wave=wave)
    Message.objects.filter(pk=invitation.message_id).update(state="ready")
    client, page = as_user(lea), reverse("surveys:wave_detail", args=[wave.pk])
    ask = {"headers": {"hx-request": "true"}}

    assert "HX-Refresh" not in client.get(page, **ask).headers
    Message.objects.update(state="sent")

    assert client.get(page, **ask).headers["HX-Refresh"] == "true"


def test_while_the_audience_is_found_out_the_page_says_so_and_not_that_nobody_is_here(
    as_user, lea, version
):
    wave = WaveFactory(survey=version.survey, version=version, planned_at=None,
                       mailing=MailingFactory(state="preparing"))  # fmt: skip

    shown = as_user(lea).get(reverse("surveys:wave_detail", args=[wave.pk])).content.decode()

    assert "A moment, please" in shown
    assert "Nobody here" not in shown
