"""After a large import PostgreSQL plans for the rows there are."""

import pytest
from django.db import connection

from customers.importing.working import MANY_ROWS

pytestmark = pytest.mark.django_db
COUNTED = "SELECT reltuples FROM pg_class WHERE oid = 'customers_customer'::regclass"


def counted() -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        return int(cursor.fetchone()[0])


def customers(count: int) -> str:
    return "external_id,name\n" + "".join(f"c{n},Customer {n}\n" for n in range(count))


def test_a_large_import_is_counted_at_once(load):
    load("customers", customers(MANY_ROWS))

    assert counted() == MANY_ROWS


def test_a_small_one_leaves_that_to_autovacuum(load):
    before = counted()

    load("customers", customers(MANY_ROWS - 1))

    assert counted() == before
