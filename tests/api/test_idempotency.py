"""Idempotency-Key: a request sent twice does its work once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.api import idempotency
from accounts.models import StoredAnswer
from customers.models import Customer
from tests.api.programs import CUSTOMERS, send
from tests.factories import CustomerFactory, TaskFactory

BODY = {"external_id": "A-1", "name": "Bakery"}


@pytest.mark.django_db
def test_the_second_time_the_first_answer_is_given_again(lea, api_of):
    client = api_of(lea)

    first, again = (send(client, "post", CUSTOMERS, BODY, idempotency_key="k1") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["Idempotent-Replayed"], again["Location"]) == ("true", first["Location"])
    assert "Idempotent-Replayed" not in first
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_ap19_the_same_key_with_another_body_or_address_is_422(lea, api_of):
    client = api_of(lea)
    send(client, "post", CUSTOMERS, BODY, idempotency_key="k1")

    other_body = send(client, "post", CUSTOMERS, {**BODY, "name": "B"}, idempotency_key="k1")
    other_path = send(client, "post", "/api/v1/tasks", BODY, idempotency_key="k1")

    assert [a.status_code for a in (other_body, other_path)] == [422, 422]


@pytest.mark.django_db
def test_ap19_keys_of_two_programs_are_independent(lea, api_of):
    bodies = [BODY, {**BODY, "external_id": "A-2"}]

    codes = [
        send(api_of(lea), "post", CUSTOMERS, body, idempotency_key="k1").status_code
        for body in bodies
    ]

    assert codes == [201, 201]


@pytest.mark.django_db
def test_a_refusal_is_an_answer_too_but_a_conflict_is_tried_again(lea, api_of):
    client, url = api_of(lea), f"/api/v1/tasks/{TaskFactory().pk}"
    bad = [send(client, "post", CUSTOMERS, {}, idempotency_key="k1") for _ in range(2)]
    conflict = send(client, "post", f"{url}/reopen", {}, idempotency_key="k2")
    send(client, "post", f"{url}/done", {})

    tried_again = send(client, "post", f"{url}/reopen", {}, idempotency_key="k2")

    assert [a.status_code for a in bad] == [400, 400]
    assert (bad[1]["Idempotent-Replayed"], bad[1].json()["code"]) == ("true", "validation_error")
    assert (conflict.status_code, tried_again.status_code) == (409, 200)


@pytest.mark.django_db
def test_after_a_day_the_key_is_forgotten(lea, api_of):
    client = api_of(lea)
    send(client, "post", CUSTOMERS, BODY, idempotency_key="k1")
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))

    other = send(client, "post", CUSTOMERS, {**BODY, "external_id": "A-2"}, idempotency_key="k1")

    assert other.status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "縁"])
def test_an_odd_key_is_refused(key, lea, api_of):
    answer = send(api_of(lea), "post", CUSTOMERS, BODY, idempotency_key=key)

    assert answer.status_code == 400
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_work_that_breaks_half_way_leaves_neither_work_nor_answer(lea, api_of, monkeypatch):
    client, url = api_of(lea), f"{CUSTOMERS}/{CustomerFactory(segment='old').pk}"
    client.raise_request_exception = False

    def broken(*_args, **_kwargs):
        raise RuntimeError("the power failed")

    with monkeypatch.context() as patch:
        patch.setattr(StoredAnswer.objects, "create", broken)
        failed = send(client, "patch", url, {"segment": "new"}, idempotency_key="k1")

    assert (failed.status_code, failed.json()["code"]) == (500, "server_error")
    assert Customer.objects.get().segment == "old"
    assert send(client, "patch", url, {"segment": "new"}, idempotency_key="k1").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False])
def test_ap19_while_the_first_is_running_the_second_is_409(is_locked, lea, api_of, monkeypatch):
    """The twin without the lock shows that the lock is what keeps the second one out."""
    if not is_locked:
        monkeypatch.setattr(idempotency, "_take_lock", lambda *_args: None)
    url, client = f"{CUSTOMERS}/{CustomerFactory().pk}", api_of(lea)
    client.get(url)  # the use of the key is noted now, and not while others wait
    client.raise_request_exception = False
    running, may_end = threading.Event(), threading.Event()
    first = threading.Thread(target=_slow_change, args=(client, url, running, may_end))

    first.start()
    running.wait(10)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
        second = send(client, "patch", url, {"segment": "new"}, idempotency_key="k1")
    may_end.set()
    first.join()

    assert second.status_code == (409 if is_locked else 503)
    assert second.json()["code"] == ("still_running" if is_locked else "busy")


def _slow_change(client, url, running, may_end) -> None:
    with transaction.atomic():
        send(client, "patch", url, {"segment": "new"}, idempotency_key="k1")
        running.set()
        may_end.wait(10)
    connection.close()
