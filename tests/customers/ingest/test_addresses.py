"""What SDKs send over HTTP, byte for byte as they were recorded, and what they may be answered."""

import base64
import gzip
import itertools
import json
import zlib

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.models import ApiKey
from customers.api import ingest_urls
from customers.models import UsageEvent
from tests.customers.ingest.conftest import a_track

pytestmark = pytest.mark.django_db

SLASHES = ("", "/")
ADDRESSES = [str(entry.pattern).replace("<str:key>", "any") for entry in ingest_urls.urlpatterns]


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


def body_of(text, n=1, **changes):
    return json.dumps({"writeKey": text, "batch": [a_track(n, **changes)]}).encode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_ever_answers_what_makes_an_sdk_lose_or_repeat_events(address, settings):
    settings.SECURE_SSL_REDIRECT = True
    forbidden = {201, 202, 204, *range(300, 400)}
    methods = ["GET", "POST", "OPTIONS", "PUT", "DELETE", "HEAD", "PATCH"]

    spellings = {address, address.upper(), address.strip("/"), address.rstrip("/") + "/"}
    answered = {
        (method, spelling): Client().generic(method, f"/{spelling}").status_code
        for method, spelling in itertools.product(methods, spellings)
    }

    assert not {key: status for key, status in answered.items() if status in forbidden}
    assert answered["OPTIONS", address] == 200


def test_every_address_stands_with_and_without_a_slash():
    assert {address.rstrip("/") for address in ADDRESSES} == {
        address for address in ADDRESSES if not address.endswith("/")
    }
    assert len(ADDRESSES) % 2 == 0
    assert get_resolver().resolve("/v1/batch").url_name == "collect_batch"


PACKINGS = {
    "plain": lambda text: text,
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "form of base64": lambda text: b"data=" + base64.b64encode(text).replace(b"+", b"%2B"),
    "form of JSON": lambda text: b"data=" + text,
    "with a byte order mark": lambda text: b"\xef\xbb\xbf" + text,
}
TYPES = [
    "application/json",
    "text/plain",
    "application/json;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "",
]


@pytest.mark.parametrize("packing", PACKINGS)
def test_the_bytes_decide_whatever_the_headers_say(post, server_key, bakery, packing):
    headers = list(itertools.product(TYPES, ["", "gzip", "deflate"]))

    answers = [
        post(
            "/v1/batch",
            PACKINGS[packing](body_of(server_key.text, n)),
            content_type=content_type,
            content_encoding=encoding,
        )
        for n, (content_type, encoding) in enumerate(headers)
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["verdicts"] for answer in answers] == [["stored"]] * len(headers)


KEY_PLACES = {
    "basic with colon": lambda key, item: ({"batch": [item]}, {"authorization": basic(key + ":")}),
    "basic without colon": lambda key, item: ({"batch": [item]}, {"authorization": basic(key)}),
    "writeKey": lambda key, item: ({"writeKey": key, "batch": [item]}, {}),
    "writeKey of the first item": lambda key, item: ({"batch": [{**item, "writeKey": key}]}, {}),
    "api_key": lambda key, item: ({"api_key": key, "batch": [item]}, {}),
    "token": lambda key, item: ({"token": key, "batch": [item]}, {}),
    "bearer": lambda key, item: ({"batch": [item]}, {"authorization": f"Bearer {key}"}),
    "basic and body": lambda key, item: (
        {"writeKey": key, "batch": [item]},
        {"authorization": basic(key + ":")},
    ),
}


@pytest.mark.parametrize("place", KEY_PLACES.values(), ids=KEY_PLACES.keys())
def test_the_key_is_found_wherever_an_sdk_puts_it(post, server_key, bakery, place):
    body, headers = place(server_key.text, a_track(1))

    answer = post("/v1/batch", body, **headers)

    assert answer.json()["verdicts"] == ["stored"]


def refused(answer):
    told = answer.json()
    assert told["success"] is False
    assert told["message"]
    assert told["message"] == told["detail"]
    return answer.status_code, told["code"]


def test_an_unknown_key_is_told_apart_from_a_missing_event(post, server_key):
    wrong = server_key.text[:-1] + ("a" if server_key.text[-1] != "a" else "b")

    assert refused(post("/v1/batch", {"batch": []})) == (401, "unknown_key")
    assert refused(post("/v1/batch", {"writeKey": wrong, "batch": []})) == (401, "unknown_key")
    assert refused(post("/v1/batch", body_of("enk_"))) == (401, "unknown_key")


def test_a_body_may_not_name_another_source_than_its_header(post, server_key, browser_key):
    answer = post("/v1/batch", body_of(browser_key.text), authorization=basic(server_key.text))

    assert refused(answer) == (403, "key_mismatch")


def test_a_key_of_the_rest_api_sends_events_only_with_that_scope(post, ada, bakery):
    _key, may = ApiKey.issue(owner=ada, name="may", scopes=["events:write"])
    _key, may_not = ApiKey.issue(owner=ada, name="may not", scopes=["customers:read"])

    assert post("/v1/batch", body_of(may)).json()["verdicts"] == ["stored"]
    assert refused(post("/v1/batch", body_of(may_not))) == (403, "missing_scope")


BROKEN = {
    "nothing": (b"", "empty_body"),
    "spaces": (b"  \n", "empty_body"),
    "no JSON": (b"{", "bad_json"),
    "many brackets": (b"[" * 100_000, "bad_json"),
    "gzip cut short": (gzip.compress(b'{"batch": []}')[:-9], "bad_gzip"),
    "gzip damaged": (b"\x1f\x8b" + b"x" * 50, "bad_gzip"),
    "gzip in gzip": (gzip.compress(gzip.compress(b'{"batch": []}')), "bad_json"),
    "form of nonsense": (b"data=%%%", "bad_form"),
    "not UTF-8": (b'{"a": "\xff\xfe', "bad_json"),
}


@pytest.mark.parametrize(("body", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_a_body_that_is_no_json_is_a_400_with_a_code(post, body, code):
    assert refused(post("/v1/batch", body)) == (400, code)


@pytest.mark.parametrize("body", ["7", '"x"', "null", '{"batch": 7}', '{"batch": {}}'])
def test_a_body_that_is_no_list_of_events_is_a_400(post, server_key, body):
    answer = post("/v1/batch", body.encode(), authorization=basic(server_key.text))

    assert refused(answer) == (400, "bad_batch")


def test_what_is_too_big_is_a_413(post, server_key, settings):
    settings.INGEST_MAX_BYTES = 3_000_000
    bomb = gzip.compress(b" " * 4_000_000)
    many = {"writeKey": server_key.text, "batch": [{}] * 2_001}

    assert refused(post("/v1/batch", b" " * 3_000_001)) == (413, "too_big")
    assert refused(post("/v1/batch", bomb)) == (413, "too_big")
    assert refused(post("/v1/batch", many)) == (413, "too_many_events")


def test_a_bomb_is_stopped_early_although_it_would_fit(post, server_key):
    bomb = gzip.compress(b" " * 9_000_000)

    assert refused(post("/v1/batch", bomb)) == (413, "too_big")


@pytest.mark.parametrize("count", [0, 501, 2_000])
def test_batches_of_any_size_up_to_the_limit_are_taken(post, server_key, bakery, count):
    items = [a_track(n) for n in range(count)]

    answer = post("/v1/batch", {"writeKey": server_key.text, "batch": items})

    assert (answer.status_code, answer.json()["accepted"]) == (200, count)
    assert UsageEvent.objects.count() == count


def test_only_the_sites_of_a_browser_key_may_use_it(post, browser_key, bakery):
    ours, other = "https://app.example.com", "https://evil.example"

    answer = post("/v1/t", json.loads(body_of(browser_key.text)), origin=ours)
    refusal = post("/v1/t", json.loads(body_of(browser_key.text)), origin=other)

    assert answer["Access-Control-Allow-Origin"] == ours
    assert refused(refusal) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in refusal


@pytest.mark.parametrize("path", ["/v1/t", "/e/", "/batch/", "/v1/identify"])
def test_a_preflight_of_a_known_site_is_allowed_for_a_day(browser_key, path):
    known, stranger = [
        Client().options(path, headers={"origin": origin})
        for origin in ("https://app.example.com", "https://evil.example")
    ]

    assert known["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert set(known["Access-Control-Allow-Headers"].split(", ")) == {
        "authorization", "content-type", "anonymousid", "sentat", "x-retry-count",
    }  # fmt: skip
    assert known["Access-Control-Max-Age"] == "86400"
    assert "Access-Control-Allow-Origin" not in stranger


def test_browser_sdks_find_their_settings(server_key):
    segment = Client().get(f"/v1/projects/{server_key.text}/settings").json()
    rudder = Client().get(f"/sourceConfig/?writeKey={server_key.text}").json()

    assert segment["integrations"]["Segment.io"]["apiHost"] == "testserver/v1"
    assert rudder["source"]["enabled"] is True
    assert Client().post("/flags/?v=2").json() == {}
