"""Who may come in: keys, their scopes, and the role behind them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, User
from tests.api.programs import CUSTOMERS, send
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
AN_HOUR_AGO = timezone.now() - timedelta(hours=1)


def test_without_a_key_the_answer_says_which_kind_is_wanted(db):
    answer = Client().get(CUSTOMERS)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"revoked_at": AN_HOUR_AGO}, "unusable_key"),
        ({"expires_at": AN_HOUR_AGO}, "unusable_key"),
        ({"kind": "server"}, "wrong_kind_of_key"),
        ({"kind": "browser"}, "wrong_kind_of_key"),
    ],
)
def test_ap17_a_key_that_no_longer_opens(fields, code, ana):
    _key, text = ApiKey.issue(owner=ana, name="x", scopes=["customers:read"], **fields)

    answer = Client().get(CUSTOMERS, headers={"authorization": f"Bearer {text}"})

    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_ap17_a_key_in_the_address_or_almost_right_is_no_key(ana):
    _key, text = ApiKey.issue(owner=ana, name="x", scopes=["customers:read"])
    tries = [text[:-1], f"{text}x", "enk_", "enk_0123456789_", "é", "x" * 10_000]

    in_query = Client().get(f"{CUSTOMERS}?key={text}&access_token={text}")
    wrong = [Client().get(CUSTOMERS, headers={"authorization": f"Bearer {t}"}) for t in tries]

    assert in_query.status_code == 401
    assert {answer.status_code for answer in wrong} == {401}


def test_ap17_a_missing_scope_is_named(ana, api_of):
    client = api_of(ana, scopes=["customers:read", "tasks:write"])

    denied = [send(client, "post", CUSTOMERS, {}), client.get("/api/v1/tasks")]

    assert client.get(CUSTOMERS).status_code == 200
    assert [answer.status_code for answer in denied] == [403, 403]
    assert "customers:write" in denied[0].json()["detail"]
    assert denied[1].json()["code"] == "missing_scope"


def test_a_key_can_do_no_more_than_its_owner(vic, api_of):
    answer = send(api_of(vic), "post", CUSTOMERS, {"external_id": "A-1", "name": "x"})

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_permission")


def test_a_key_ends_with_its_owner_and_a_new_role_counts_at_once(ana, api_of):
    CustomerFactory()
    client = api_of(ana)
    before = len(client.get(CUSTOMERS).json()["results"])
    User.objects.filter(pk=ana.pk).update(role="lead")
    after = len(client.get(CUSTOMERS).json()["results"])
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert (before, after) == (0, 1)
    assert client.get(CUSTOMERS).status_code == 401


def test_a_session_may_look_but_needs_a_csrf_token_to_write(ana):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)

    read, written = client.get(CUSTOMERS), send(client, "post", CUSTOMERS, {})

    assert (read.status_code, written.status_code) == (200, 403)
    assert written["Content-Type"] == "application/problem+json"


def test_the_last_use_of_a_key_is_noted(ana, api_of):
    api_of(ana).get(CUSTOMERS)

    assert ApiKey.objects.get().last_used_at is not None
