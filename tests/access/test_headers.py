"""What every answer carries also when something goes wrong.

That every route carries it for everybody is seen where all are walked (test_pages.py).
"""

import json
import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tests.access.conftest import HOST, ORIGIN
from tests.access.headers import faults, loose_cookies


def visitor(**options) -> Client:
    return Client(raise_request_exception=False, HTTP_HOST=HOST, **options)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere/", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/nowhere", 404),
        ("POST", "/accounts/login/", 403),
        ("TRACE", "/", 405),
        ("TRACK", "/customers/", 405),
        ("GET", "/broken/", 500),
        ("GET", "/api/v1/broken", 500),
        ("GET", "/strange/", 400),
        ("GET", "/refused/", 403),
        ("GET", "/customers", 301),
    ],
)
def test_errors_carry_every_header_and_give_nothing_away(site, method, path, status):
    site.ROOT_URLCONF = "tests.access.broken_urls"
    client = visitor(enforce_csrf_checks=True)

    answer = client.generic(method, path, secure=True)

    assert (answer.status_code, faults(answer)) == (status, [])
    assert b"canary" not in answer.content
    assert b"Traceback" not in answer.content


HEADINGS = {
    ("/strange/", 400): {
        "en": "We could not read this request",
        "ja": "リクエストを読み取れませんでした",
    },
    ("/refused/", 403): {"en": "You may not do this", "ja": "許可されていません"},
    ("/nowhere/", 404): {"en": "There is nothing at this address", "ja": "何もありません"},
    ("/broken/", 500): {"en": "Something went wrong on our side", "ja": "問題が発生しました"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("path", "status"), HEADINGS)
def test_an_error_page_is_a_page_in_the_readers_language(site, language, path, status):
    site.ROOT_URLCONF = "tests.access.broken_urls"

    answer = visitor().get(path, secure=True, headers={"accept-language": language})

    assert answer.status_code == status
    assert f'<html lang="{language}">' in answer.text
    heading = re.search("<h1>(.+)</h1>", answer.text)[1]
    assert HEADINGS[path, status][language] in heading
    assert "/static/css/" in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ja"])
def test_too_many_tries_are_a_page_in_the_readers_language(site, language):
    site.ACCOUNT_RATE_LIMITS = {"reset_password": "1/h/ip"}
    client = visitor(headers={"accept-language": language})
    path, fields = reverse("account_reset_password"), {"email": "ana@example.com"}

    first = client.post(path, fields, secure=True)
    second = client.post(path, fields, secure=True)

    assert (first.status_code, second.status_code, faults(second)) == (302, 429, [])
    assert f'<html lang="{language}"' in second.text
    assert {"en": "Too many tries", "ja": "回数"}[language] in second.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/strange", 400),
        ("/api/v1/refused", 403),
        ("/api/v1/nowhere", 404),
        ("/api/v1/broken", 500),
    ],
)
def test_a_program_gets_a_problem_and_no_page(site, path, status):
    site.ROOT_URLCONF = "tests.access.broken_urls"

    answer = visitor().get(path, secure=True)

    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert json.loads(answer.content)["status"] == status


@pytest.mark.django_db
def test_a_foreign_host_name_is_refused(site):
    answer = Client(HTTP_HOST="evil.example").get("/accounts/login/", secure=True)

    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


@pytest.mark.django_db
def test_plain_http_is_led_to_https_but_programs_are_refused_no_body(site):
    page = visitor().get("/customers/")
    health = visitor().get("/health/live/")

    assert (page.status_code, page.headers["Location"]) == (301, f"{ORIGIN}/customers/")
    assert health.status_code == 200


@pytest.mark.django_db
def test_a_login_gets_a_new_session_that_ends_within_half_a_day(site, ana):
    ana.set_password("correct horse battery")
    ana.save(update_fields=["password"])
    client = visitor()

    client.get("/accounts/login/", secure=True)
    answer = client.post(
        "/accounts/login/", {"login": ana.email, "password": "correct horse battery"}, secure=True
    )

    cookie = answer.cookies["__Host-session"]
    assert loose_cookies(answer) == []
    assert 0 < client.session.get_expiry_age() <= 12 * 3600
    assert cookie.value
    assert not list(get_messages(answer.wsgi_request)) or "messages" not in answer.cookies


def test_a_loose_answer_would_be_found(client):
    answer = client.get("/nowhere/")
    answer.headers["Content-Security-Policy"] = "default-src 'self' 'unsafe-inline'"
    answer.set_cookie("session", "x")

    assert {"policy", "https", "cookie session"} <= set(faults(answer))
