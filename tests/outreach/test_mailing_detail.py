"""The page of a mailing, its buttons, and the list of addresses nobody writes to."""

import pytest

from outreach.models import Message, Suppression
from tests.factories import MessageFactory, SuppressionFactory


def address(mailing, act: str = "") -> str:
    return f"/mailings/{mailing.pk}/{act}"


def test_states_add_up_and_trouble_is_named(as_user, lea, mailing):
    MessageFactory(mailing=mailing, state="sent")
    MessageFactory(mailing=mailing, state="failed", reason="no_such_mailbox")

    html = as_user(lea).get(address(mailing)).content.decode()

    assert "2 of 2 done" in html
    assert "Address does not exist" in html


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        ("running", "pause/", "paused"),
        ("paused", "resume/", "running"),
        ("preparing", "resume/", "preparing"),
        ("running", "cancel/", "cancelled"),
        ("cancelled", "resume/", "cancelled"),
        ("cancelled", "pause/", "cancelled"),
    ],
)
def test_the_buttons_change_the_state(as_user, lea, mailing, before, act, after):
    type(mailing).objects.filter(pk=mailing.pk).update(state=before)

    as_user(lea).post(address(mailing, act))

    mailing.refresh_from_db()
    assert mailing.state == after


def test_unknown_mails_are_sent_again_only_by_the_button(as_user, lea, mailing, post):
    MessageFactory(mailing=mailing, state="unknown")
    page = as_user(lea).get(address(mailing)).content.decode()

    as_user(lea).post(address(mailing, "retry/"))

    assert "Whoever did get the first mail will get a second one" in page
    assert Message.objects.get().state == "ready"


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_page_asks_the_same_number_of_questions(
    as_user, lea, mailing, how_many, django_assert_max_num_queries
):
    MessageFactory.create_batch(how_many, mailing=mailing, state="failed")
    client = as_user(lea)

    with django_assert_max_num_queries(8):
        client.get(address(mailing))


def test_an_address_is_added_found_and_taken_back_with_a_reason(as_user, lea):
    client = as_user(lea)
    client.post("/suppressions/add/", {"address": " Max@Example.com"})

    found = client.get("/suppressions/?address=max@example.com").content.decode()
    row = Suppression.objects.get()
    client.post(f"/suppressions/{row.pk}/remove/", {"reason": ""})
    assert Suppression.objects.exists()
    client.post(f"/suppressions/{row.pk}/remove/", {"reason": "He asked us to"})

    assert row.email_hash[:12] in found
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("text", ["", "nobody", "a@b", "x" * 3000, "\0", "a@b.com, c@d.com"])
def test_what_is_no_address_is_explained(as_user, lea, text):
    answer = as_user(lea).post("/suppressions/add/", {"address": text}, follow=True)

    assert "This is not an address" in answer.content.decode()
    assert as_user(lea).get("/suppressions/", {"address": text}).status_code == 200
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_list_asks_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_max_num_queries
):
    SuppressionFactory.create_batch(how_many)
    client = as_user(lea)

    with django_assert_max_num_queries(6):
        client.get("/suppressions/")
