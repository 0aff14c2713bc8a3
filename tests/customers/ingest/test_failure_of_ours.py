"""An SDK whose events meet a bug of ours hears of it in the words of all other refusals."""

import pytest
from django.db import connection
from django.test import Client


@pytest.fixture
def forgotten_migration(db):
    """The product looks for a column that is not there."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_seenmessage RENAME COLUMN seen_on TO seen_once")


@pytest.mark.parametrize("address", ["/v1/batch", "/v1/batch/"])
def test_a_bug_of_ours_is_json_with_a_code_and_no_page(forgotten_migration, body, address):
    sdk = Client(raise_request_exception=False)

    answer = sdk.post(address, body, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert set(answer.json()) == {"success", "code", "message", "detail"}
    assert answer.json()["code"] == "server_error"
