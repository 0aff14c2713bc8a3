"""The answer page: what a contact, a gateway and a mischief-maker meet (SV1 to SV8)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lib.days import local_day
from outreach import hits
from outreach.links import Purpose, token_for
from outreach.models import Message
from surveys.models import Response, ResponseRevision
from tests.factories import InvitationFactory
from tests.surveys.conftest import link_of, nonce_on

PAST = datetime(2026, 1, 1, tzinfo=UTC)


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_opening_all_eleven_links_records_no_answer(client, invitation):
    for score in range(11):
        assert client.get(f"{link_of(invitation)}?s={score}").status_code == 200
    hits.flush()

    assert not Response.objects.exists()
    message = Message.objects.get()
    assert (message.hit_scores, message.hit_count) == (0b111_1111_1111, 11)


def test_a_page_view_is_one_read_and_no_write(client, invitation, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        client.get(f"{link_of(invitation)}?s=9")

    assert asked.captured_queries[0]["sql"].strip().startswith("SELECT")


@pytest.mark.parametrize("method", ["head", "options", "put", "delete", "patch"])
def test_other_methods_do_nothing(client, invitation, method):
    answer = getattr(client, method)(link_of(invitation))
    hits.flush()

    assert answer.status_code in (200, 405)
    assert not Response.objects.exists()
    assert Message.objects.get().hit_count == 0


def test_a_pressed_button_records_one_answer_and_thanks(client, invitation, press):
    answer = press(invitation, client, score="9", comment="Fast.")

    assert answer.status_code == 303
    thanks = page(client, answer.headers["Location"])
    assert "Thank you" in thanks
    assert "Fast." in thanks
    assert "You chose 9 on the scale from 0 to 10." in thanks
    last = local_day(Response.objects.get().answered_at) + timedelta(days=6)
    assert f"You may change it until {last:%-d %B %Y}." in thanks
    response = Response.objects.get()
    assert (response.score, response.comment, response.grade) == (9, "Fast.", "confirmed")
    assert response.customer == invitation.customer


def test_the_score_of_the_link_is_chosen_and_asked_about(client, invitation):
    html = page(client, f"{link_of(invitation)}?s=3")

    assert 'value="3" required checked' in html
    assert "Where did we fall short?" in html


@pytest.mark.parametrize(
    "query", ["s=11", "s=-1", "s=９", "s=9.0", "s[]=9", "s=", "s=9%20", "s=%00", "s=abc", "s=099"]
)
def test_a_scrambled_score_is_ignored(client, invitation, query):
    answer = client.get(f"{link_of(invitation)}?{query}")

    assert answer.status_code == 200
    assert " checked" not in answer.content.decode()


@pytest.mark.parametrize("score", ["11", "-1", "9.5", "9 ", "", "９", "abc", "9\0"])
def test_a_wrong_score_is_asked_for_again_and_the_text_kept(client, invitation, press, score):
    answer = press(invitation, client, score=score, comment="Kept text")

    assert answer.status_code == 400
    assert "Please choose one number." in answer.content.decode()
    assert "Kept text" in answer.content.decode()
    assert not Response.objects.exists()


def test_two_scores_are_no_score(client, invitation, press):
    assert press(invitation, client, score=["1", "9"]).status_code == 400
    assert not Response.objects.exists()


def test_the_same_form_twice_is_one_answer_and_a_later_one_a_revision(client, invitation):
    link = link_of(invitation)
    nonce = nonce_on(page(client, link))
    client.post(link, {"nonce": nonce, "score": "9"})
    client.post(link, {"nonce": nonce, "score": "9"})
    client.post(link, {"nonce": nonce_on(page(client, link + "?edit=1")), "score": "4"})

    assert Response.objects.get().score == 4
    scores = ResponseRevision.objects.order_by("pk").values_list("score", flat=True)
    assert list(scores) == [9, 4]


def test_after_a_week_an_answer_stands(client, invitation, press):
    press(invitation, client, score="9")
    link, nonce = link_of(invitation), nonce_on(page(client, link_of(invitation)))
    Response.objects.update(answered_at=timezone.now() - timedelta(days=7, minutes=1))

    answer = client.post(link, {"nonce": nonce, "score": "1"})

    assert answer.status_code == 409
    assert Response.objects.get().score == 9
    assert "Change my answer" not in page(client, link)


def test_unknown_forged_revoked_and_erased_look_the_same(client, invitation):
    gone, link = InvitationFactory(), link_of(invitation)
    gone_link = link_of(gone)
    gone.contact.delete()
    forged = link[:-1] + ("a" if link[-1] != "a" else "b")
    wrong_purpose = f"/s/{token_for(Purpose.PREFERENCES, invitation.message.uuid)}"
    type(invitation).objects.filter(pk=invitation.pk).update(state="revoked")

    answers = [client.get(x) for x in (link, gone_link, forged, wrong_purpose, "/s/nothing")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_an_expired_survey_is_gone_politely(client, invitation, press):
    nonce = nonce_on(page(client, link_of(invitation)))
    type(invitation).objects.filter(pk=invitation.pk).update(expires_at=PAST)

    looked = client.get(link_of(invitation))
    pressed = client.post(link_of(invitation), {"nonce": nonce, "score": "9"})

    assert (looked.status_code, pressed.status_code) == (410, 410)
    assert "This survey is closed" in looked.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("comment", "stored"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\0b\x07c", "abc"),
        ("   \r\n ", ""),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("{{7*7}} {% debug %}", "{{7*7}} {% debug %}"),
        ("\u202eevil", "evil"),
        ("😀", "😀"),
        ("' OR 1=1; --", "' OR 1=1; --"),
        ("あ" * 5000, "あ" * 5000),
    ],
)
def test_strange_comments_are_stored_as_text_and_shown_escaped(
    client, invitation, press, comment, stored
):
    answer = press(invitation, client, score="9", comment=comment)

    assert answer.status_code == 303
    assert Response.objects.get().comment == stored
    assert "<script>" not in page(client, link_of(invitation))


def test_a_comment_that_is_too_long_is_kept_on_the_page(client, invitation, press):
    answer = press(invitation, client, score="9", comment="x" * 5001)

    assert answer.status_code == 400
    assert "x" * 5001 in answer.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"comment=" + b"x" * 100_000, "application/x-www-form-urlencoded"),
        (b"score=9&comment=\xff\xfe\xed\xa0\x80", "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % n for n in range(5000)), "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"[" * 10_000, "application/json"),
        (b"", "multipart/form-data"),
        (b"\0\0\0", "text/plain; charset=nonsense"),
    ],
)
def test_a_broken_body_is_refused_and_never_an_error_of_ours(client, invitation, body, kind):
    answer = client.generic("POST", link_of(invitation), body, content_type=kind)

    assert 400 <= answer.status_code < 500
    assert not Response.objects.exists()


@pytest.mark.parametrize("nonce", ["", "x", "a.b.c", "日本", "\0", "f" * 3000])
def test_a_nonce_that_is_not_ours_asks_to_press_again(client, invitation, nonce):
    answer = client.post(link_of(invitation), {"nonce": nonce, "score": "9", "comment": "kept"})

    assert answer.status_code == 400
    assert "press the button once more" in answer.content.decode()
    assert 'value="9" required checked' in answer.content.decode()


def test_a_nonce_of_another_invitation_is_not_taken(client, invitation):
    other = nonce_on(page(client, link_of(InvitationFactory())))

    assert client.post(link_of(invitation), {"nonce": other, "score": "9"}).status_code == 400


@pytest.mark.parametrize("language", ["../../etc", "de", "", "ja\0", "zz" * 500])
def test_an_unknown_language_is_the_contacts_own(client, invitation, language):
    answer = client.get(link_of(invitation), {"lang": language})

    assert answer.status_code == 200
    assert '<html lang="en">' in answer.content.decode()


def test_a_switch_of_language_keeps_score_and_text_and_records_nothing(client, invitation, press):
    answer = press(invitation, client, score="8", comment="half", switch="ja")

    html = answer.content.decode()
    assert '<html lang="ja">' in html
    assert "ご友人や同僚の方に薦める可能性" in html
    assert 'value="8" required checked' in html
    assert "half" in html
    assert not Response.objects.exists()


def test_the_headers_keep_the_token_at_home(client, invitation):
    answer = client.get(link_of(invitation), HTTP_HOST="evil.example")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not answer.cookies
    assert b"<script" not in answer.content
    assert b"evil.example" not in answer.content


def test_no_log_line_holds_a_token(client, invitation, press, caplog):
    caplog.set_level("DEBUG")
    press(invitation, client, score="9")
    client.get("/s/" + "a" * 47)
    client.post(link_of(invitation), {"score": "99"})

    token = link_of(invitation).removeprefix("/s/")
    assert token not in caplog.text.replace("token_for", "")
    assert "a" * 47 not in caplog.text


def test_somebody_of_us_who_opens_a_link_is_nobody_there(as_user, ana, invitation, press):
    answer = as_user(ana).get(link_of(invitation))

    assert "Ana" not in answer.content.decode()
    assert not answer.cookies


def test_presses_are_limited_per_link_and_the_text_is_kept(client, invitation):
    link = link_of(invitation)
    for _try in range(10):
        client.post(link, {"nonce": "old"})

    answer = client.post(link, {"nonce": "old", "score": "9", "comment": "still here"})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "still here" in answer.content.decode()


def test_without_redis_the_page_works_and_still_has_a_limit(client, invitation, press, settings):
    # A new dictionary: one changed in place would stay changed for the tests after this one.
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }

    assert press(invitation, client, score="9").status_code == 303
    statuses = [client.post(link_of(invitation), {}).status_code for _try in range(12)]

    assert statuses[-1] == 429


def test_page_and_style_are_small(client, invitation, settings):
    assert len(client.get(link_of(invitation)).content) < 20_000
    assert (settings.BASE_DIR / "static" / "css" / "survey.css").stat().st_size <= 3072
