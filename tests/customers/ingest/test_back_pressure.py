"""Too much at once, or a database that is away: later, please, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import ApiKey
from customers.api.ingest import room
from customers.models import UsageEvent
from tests.customers.ingest.conftest import a_track
from tests.customers.ingest.holding import table_held, wait_for_waiters


def test_when_all_places_are_taken_the_sender_is_asked_to_come_again(batch, bakery, settings):
    settings.INGEST_AT_ONCE = 1

    with room():
        refused = batch(a_track())
    accepted = batch(a_track())

    assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")
    assert 1 <= int(refused["Retry-After"]) <= 10
    assert accepted.json()["verdicts"] == ["stored"]


def test_a_place_is_free_again_after_whatever_went_wrong(batch, post, bakery, settings):
    settings.INGEST_AT_ONCE = 1

    statuses = [post("/v1/batch", b"no json").status_code, post("/v1/batch", {}).status_code]

    assert statuses == [400, 401]
    assert batch(a_track()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_while_the_table_cannot_be_written_to_the_sender_is_asked_to_come_again(
    batch, bakery, server_key
):
    ApiKey.objects.filter(pk=server_key.pk).update(last_used_at=server_key.created_at)
    with table_held(), connection.cursor() as asking:
        asking.execute("SET lock_timeout = '100ms'")
        refused = batch(a_track())
        asking.execute("RESET lock_timeout")

    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert "Retry-After" in refused
    assert batch(a_track()).json()["verdicts"] == ["stored"]
    assert UsageEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_that_limit_the_sender_waits_as_long_as_the_table_is_held(batch, bakery):
    def send():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 0")
            return batch(a_track()).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as sender, table_held():
        status = sender.submit(send)
        wait_for_waiters(1, longer_than="500 ms")
        assert not status.done()

    assert status.result() == 200
