"""Tests with real transactions leave nothing behind for the next one."""

import pytest
from django.db import connection

from customers.models import Customer
from tests.emptying import empty_tables
from tests.factories import DAY, CustomerFactory

SCORE = """
    INSERT INTO metrics_healthscore (customer_id, day, band, coverage, parts, scorecard_version)
    VALUES (1, %s, 'green', 1, '{}', 1)
"""


@pytest.mark.django_db(transaction=True)
def test_every_table_is_empty_again_the_append_only_ones_and_the_audit_too():
    CustomerFactory()
    with connection.cursor() as cursor:
        cursor.execute(SCORE, [DAY])

        empty_tables()

        cursor.execute(
            "SELECT (SELECT count(*) FROM metrics_healthscore),"
            " (SELECT count(*) FROM customers_customerevent)"
        )
        left = cursor.fetchone()
    assert (Customer.objects.count(), *left) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_triggers_work_again_after_emptying():
    empty_tables()

    CustomerFactory()

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customerevent")
        assert cursor.fetchone() == (1,)
