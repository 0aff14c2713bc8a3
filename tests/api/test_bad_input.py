"""What programs send by mistake or on purpose: always a problem that says what to change."""

import json

import pytest

from customers.models import Customer, Task
from tests.api.programs import CUSTOMERS, send, send_raw
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    PurchaseFactory,
    SubscriptionFactory,
    TaskFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


def body_with(name: bytes) -> bytes:
    return b'{"external_id": "A-1", "name": ' + name + b"}"


BODIES = {
    "AP1 brackets": b"[" * 100_000,
    "AP2 a deep free field": b'{"attributes": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "AP3 U+0000 in a value": body_with(rb'"a\u0000b"'),
    "AP3 U+0000 in a key": rb'{"na\u0000me": "x"}',
    "AP4 half a surrogate pair": body_with(rb'"\ud800"'),
    "AP5 2^63": b'{"external_id": "A-1", "name": "x", "parent": 9223372036854775808}',
    "AP5 -2^63-1": b'{"external_id": "A-1", "name": "x", "parent": -9223372036854775809}',
    "AP6 5,000 digits": b'{"parent": ' + b"9" * 5_000 + b"}",
    "AP7 NaN": body_with(b"NaN"),
    "AP7 Infinity": body_with(b"-Infinity"),
    "AP7 1e400": body_with(b"1e400"),
    "AP8 a key twice": b'{"external_id": "A-1", "name": "x", "name": "y"}',
    "AP9 a number for text": body_with(b"5"),
    "AP9 text for a number": b'{"external_id": "A-1", "name": "x", "parent": "5"}',
    "AP10 an array": b"[]",
    "AP10 text": b'"text"',
    "AP10 null": b"null",
    "AP10 nothing": b"",
    "AP11 invalid UTF-8": body_with(b'"\xff"'),
    "AP15 an id": b'{"external_id": "A-1", "name": "x", "id": 7}',
    "AP16 an unknown field": b'{"external_id": "A-1", "name": "x", "organisation": 7}',
    "AP21 30 February": b'{"external_id": "A-1", "name": "x", "started_on": "2026-02-30"}',
    "AP21 year 1": b'{"external_id": "A-1", "name": "x", "started_on": "0001-01-01"}',
    "AP23 a megabyte": body_with(b'"' + b"x" * 1_000_000 + b'"'),
    "AP23 10,000 combining marks": body_with(b'"' + "e\u0301".encode() * 10_000 + b'"'),
    "AP24 16 kB in a unique column": b'{"name": "x", "external_id": "' + b"x" * 16_384 + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_bad_body_is_refused_with_a_problem(body, lea, api_of):
    answer = send_raw(api_of(lea), CUSTOMERS, body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer["X-Request-Id"]
    assert not Customer.objects.exists()


def test_ap11_charsets_and_content_types(lea, api_of):
    body = json.dumps({"external_id": "A-1", "name": "縁"}, ensure_ascii=False)
    kinds = ["text/plain", "application/json; charset=utf-16", "application/json; charset=klingon"]

    refused = [send_raw(api_of(lea), CUSTOMERS, body.encode(), kind) for kind in kinds]
    taken = send_raw(api_of(lea), CUSTOMERS, b"\xef\xbb\xbf" + body.encode())

    assert [answer.status_code for answer in refused] == [415, 415, 415]
    assert (taken.status_code, taken.json()["name"]) == (201, "縁")


def test_ap12_a_large_body_is_413_as_json(lea, api_of):
    answer = send_raw(api_of(lea), CUSTOMERS, body_with(b'"' + b"x" * 3_000_000 + b'"'))

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=-1", "limit"),
        ("limit=0", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=٣", "limit"),
        ("cursor=abc", "cursor"),
        ("page=2", "page"),
        ("csm__password=x", "csm__password"),
        ("ordering=csm__password", "ordering"),
        ("fields=password", "fields"),
        ("expand=parent", "expand"),
        ("count=perhaps", "count"),
        ("name__regex=.*", "name__regex"),
        ("started_on__gte=2026-02-30", "started_on__gte"),
        ("started_on__gte=0001-01-01", "started_on__gte"),
        ("updated_since=2026-01-01T00:00:00", "updated_since"),
        ("updated_since=9999-12-31T23:59:59-12:00", "updated_since"),
        ("csm=9223372036854775808", "csm"),
        ("csm__in=1,x", "csm__in"),
        ("churned_on__isnull=maybe", "churned_on__isnull"),
        ("mrr__gte=1e999", "mrr__gte"),
        ("q=%00", "q"),
        ("attr.nothing=1", "attr.nothing"),
        ("format=xml", "format"),
    ],
)
def test_ap13_a_bad_parameter_is_named(query, parameter, lea, api_of):
    answer = api_of(lea).get(f"{CUSTOMERS}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == parameter


def bodies_with(customer: int) -> dict[str, dict]:
    return {
        "contacts": {"customer": customer, "external_id": "X"},
        "subscriptions": {
            "customer": customer, "external_id": "X",
            "terms": {"effective_on": "2026-01-01", "currency": "JPY"},
        },
        "purchases": {
            "customer": customer, "external_id": "X", "purchased_on": "2026-01-01",
            "amount": "1", "currency": "JPY",
        },
        "touchpoints": {"customer": customer, "kind": "call"},
        "tasks": {"customer": customer, "title": "Call"},
        "tickets": {"customer": customer, "external_id": "X", "opened_at": "2026-01-01T00:00Z"},
        "customers": {"parent": customer, "external_id": "X", "name": "Child"},
    }  # fmt: skip


@pytest.mark.parametrize("noun", bodies_with(0))
def test_ap14_somebody_elses_customer_in_a_body_is_like_a_missing_one(noun, ana, ben, api_of):
    foreign, client = CustomerFactory(csm=ben).pk, api_of(ana)
    url = f"/api/v1/{noun}"

    answers = [send(client, "post", url, bodies_with(key)[noun]) for key in (foreign, 987_654)]

    assert [answer.status_code for answer in answers] == [400, 400]
    foreign_error, missing_error = (answer.json()["errors"] for answer in answers)
    assert str(foreign_error).replace(str(foreign), "987654") == str(missing_error)


@pytest.mark.parametrize("noun", ["contacts", "subscriptions", "purchases", "tasks", "health"])
def test_ap14_somebody_elses_customer_in_a_filter_finds_nothing(noun, ana, ben, api_of):
    foreign = CustomerFactory(csm=ben)
    for factory in (ContactFactory, SubscriptionFactory, PurchaseFactory, TaskFactory):
        factory(customer=foreign)

    found = [
        api_of(ana).get(f"/api/v1/{noun}", {"customer": key}).json()["results"]
        for key in (foreign.pk, 987_654)
    ]

    assert found == [[], []]


def test_ap14_a_contact_of_another_customer_is_no_contact_here(lea, api_of):
    body = {"customer": CustomerFactory().pk, "contact": ContactFactory().pk, "kind": "call"}

    answer = send(api_of(lea), "post", "/api/v1/touchpoints", body)

    assert answer.json()["errors"][0]["pointer"] == "/contact"


@pytest.mark.parametrize("field", ["done_at", "done_by", "origin_key", "created_at", "id"])
def test_ap15_what_only_rules_may_set_cannot_be_set(field, lea, api_of):
    task = TaskFactory()

    answer = send(api_of(lea), "patch", f"/api/v1/tasks/{task.pk}", {field: None, "title": "New"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{field}")
    assert Task.objects.get().title == task.title


@pytest.mark.parametrize("method", ["put", "trace", "options"])
def test_ap18_other_methods_are_refused(method, lea, api_of):
    answer = getattr(api_of(lea), method)(CUSTOMERS)

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_ap18_a_method_override_is_not_heard_and_head_writes_nothing(lea, api_of):
    task, client = TaskFactory(), api_of(lea)

    overridden = client.get(
        f"/api/v1/tasks/{task.pk}", headers={"x-http-method-override": "DELETE"}
    )
    head = client.head(f"/api/v1/tasks/{task.pk}/done")

    assert (overridden.status_code, head.status_code) == (200, 405)
    assert Task.objects.get().is_open


MOMENTS = {
    "no zone": "2026-06-15T03:00:00",
    "a leap second": "2026-06-30T23:59:60Z",
    "year 9999 with offset": "9999-12-31T23:59:59-12:00",
    "a day": "2026-06-15",
    "a number": 1_750_000_000,
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_ap21_a_moment_needs_its_zone(moment, lea, api_of):
    body = {"customer": CustomerFactory().pk, "kind": "call", "happened_at": moment}

    answer = send(api_of(lea), "post", "/api/v1/touchpoints", body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/happened_at")


@pytest.mark.parametrize(
    ("amount", "stored"),
    [("-0", "0.0000"), ("1234567890123.5", "1234567890123.5000"), (12, "12.0000"), ("1e500", None),
     ("12,50", None), ("1.23456", None), ("9" * 19, None), (True, None), ("", None)],
)  # fmt: skip
def test_ap22_decimals(amount, stored, lea, api_of):
    body = bodies_with(CustomerFactory().pk)["purchases"] | {"amount": amount}

    answer = send(api_of(lea), "post", "/api/v1/purchases", body)

    assert answer.status_code == (400 if stored is None else 201)
    assert answer.json().get("amount") == stored


@pytest.mark.parametrize("name", ["\u202etxt.exe", "a\u200bb", "👩\u200d👩\u200d👧", "<b>x</b>"])
def test_ap23_odd_but_honest_text_is_kept_as_it_is(name, lea, api_of):
    answer = send(api_of(lea), "post", CUSTOMERS, {"external_id": "A-1", "name": name})

    assert (answer.status_code, answer.json()["name"]) == (201, name)


@pytest.mark.parametrize(("text", "found"), [("100%", 1), ("%", 1), ("_", 0), ("\\", 0)])
def test_ap25_wildcards_are_only_letters(text, found, lea, api_of):
    TaskFactory(title="Reach 100% use")
    TaskFactory(title="Call")

    answer = api_of(lea).get("/api/v1/tasks", {"q": text})

    assert len(answer.json()["results"]) == found


def test_a_route_that_is_not_there_and_a_slash_too_many(lea, api_of):
    missing = api_of(lea).get("/api/v1/customer")
    slash = send(api_of(lea), "post", f"{CUSTOMERS}/", {"external_id": "A-1", "name": "x"})

    assert (missing.status_code, missing["Content-Type"]) == (404, "application/problem+json")
    assert slash.status_code == 201


def test_an_unknown_team_is_named_and_a_known_one_taken(lea, api_of):
    team, url = TeamFactory(), f"{CUSTOMERS}/{CustomerFactory().pk}"

    codes = [
        send(api_of(lea), "patch", url, {"team": key}).status_code for key in (team.pk, 999_999)
    ]

    assert codes == [200, 400]
