"""RFC 8058 and the pages behind the links in a mail (bad input 8 and 9)."""

import pytest

from outreach.links import Purpose, token_for
from outreach.models import Message, Suppression
from outreach.unsubscribing import note_dead_mailbox, stopped_topic_ids
from tests.factories import MessageFactory, TopicFactory


@pytest.fixture
def message(mailing) -> Message:
    return MessageFactory(mailing=mailing)


def header_link(message: Message) -> str:
    return f"/u/{token_for(Purpose.UNSUBSCRIBE, message.uuid)}"


def page_link(message: Message) -> str:
    return f"/p/{token_for(Purpose.PREFERENCES, message.uuid)}"


@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_one_click_stops_the_topic_without_cookie_or_redirect(client, message, kind):
    body = {"List-Unsubscribe": "One-Click"}
    how = {"content_type": "application/x-www-form-urlencoded"} if kind == "urlencoded" else {}
    data = "List-Unsubscribe=One-Click" if kind == "urlencoded" else body

    answers = [client.post(header_link(message), data, **how) for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not answers[0].cookies
    assert Suppression.objects.get().topic == message.mailing.topic


def test_one_click_works_without_the_last_slash_and_with_it(client, message):
    for link in (header_link(message), header_link(message) + "/"):
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_one_click_works_after_the_contact_was_erased(client, message):
    message.contact.delete()

    assert client.post(header_link(message), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Suppression.objects.exists()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_the_header_link_stops_nothing(client, message, method):
    getattr(client, method)(header_link(message))

    assert not Suppression.objects.exists()


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "two"}, {"list-unsubscribe": "1"}])
def test_a_post_without_the_field_is_a_page_and_changes_nothing(client, message, body):
    answer = client.post(header_link(message), body)

    assert b"Stop these mails" in answer.content
    assert not Suppression.objects.exists()


def test_a_link_of_another_purpose_stops_nothing(client, message):
    token = token_for(Purpose.ANSWER, message.uuid)

    assert client.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert client.post(f"/p/{token}", {"stop_all": "1"}).status_code == 404
    assert not Suppression.objects.exists()


def test_looking_at_the_page_changes_nothing_and_a_press_stops_this_topic(client, message):
    client.get(page_link(message))
    assert not Suppression.objects.exists()

    answer = client.post(page_link(message), {"stop_this": "1"})

    assert answer.status_code == 303
    assert stopped_topic_ids(message.email_norm) == {message.mailing.topic_id}
    assert b"You no longer get" in client.get(answer.headers["Location"]).content


def test_a_contact_chooses_topics_and_changes_its_mind(client, message):
    news = TopicFactory(key="newsletter", name_en="Newsletter")
    TopicFactory(key="product-tips")

    client.post(page_link(message), {"topic": ["newsletter"]})
    assert news.pk not in stopped_topic_ids(message.email_norm)
    assert message.mailing.topic_id in stopped_topic_ids(message.email_norm)

    client.post(page_link(message), {"stop_all": "1"})
    assert stopped_topic_ids(message.email_norm) == {None}

    client.post(page_link(message), {"topic": ["newsletter", "surveys", "product-tips"]})
    assert stopped_topic_ids(message.email_norm) == set()


def test_a_bounce_is_not_taken_back_by_a_press(client, message):
    note_dead_mailbox(message)

    client.post(page_link(message), {"topic": ["surveys", "newsletter", "product-tips"]})

    assert Suppression.objects.get().reason == "bounced"


def test_the_page_speaks_the_language_of_the_mail(client, message):
    Message.objects.update(language="ja")

    html = client.get(page_link(message)).content.decode()

    assert '<html lang="ja">' in html
    assert message.mailing.topic.name_ja in html
