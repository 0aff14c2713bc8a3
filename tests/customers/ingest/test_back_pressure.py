"""Too much at once, or a database that is away: later, please, and nothing is lost."""

import pytest
from django.db import connection, connections

from accounts.models import ApiKey
from customers.api.ingest import room
from customers.models import UsageEvent
from tests.customers.ingest.conftest import a_track


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
    """Another session holds the table, as a careless migration would."""
    ApiKey.objects.filter(pk=server_key.pk).update(last_used_at=server_key.created_at)
    other = connections["default"].copy()
    try:
        with other.cursor() as holding, connection.cursor() as asking:
            holding.execute("BEGIN; LOCK TABLE customers_usageevent IN ACCESS EXCLUSIVE MODE")
            asking.execute("SET lock_timeout = '100ms'")
            refused = batch(a_track())
            asking.execute("RESET lock_timeout")
            holding.execute("ROLLBACK")
    finally:
        other.close()

    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert "Retry-After" in refused
    assert batch(a_track()).json()["verdicts"] == ["stored"]
    assert UsageEvent.objects.count() == 1
