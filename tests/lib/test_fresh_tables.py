"""Tables written anew replace the old ones at once and whole, or not at all."""

from datetime import date

import psycopg
import pytest
from django.db import OperationalError, connection

from lib.fresh_tables import fresh_tables
from metrics.models import RevenueMovement
from metrics.revenue.ledger import WRITTEN, rebuild_movements
from tests.factories import CustomerFactory

SHAPES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY(%(tables)s::regclass[])
    UNION SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)
    UNION SELECT table_name, column_name, concat_ws(' ', ordinal_position, data_type,
        numeric_precision, numeric_scale, character_maximum_length, is_nullable, is_identity)
    FROM information_schema.columns WHERE table_name = ANY(%(tables)s)
    UNION SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid = ANY(%(tables)s::regclass[]) AND NOT tgisinternal
    UNION SELECT relname, 'options', array_to_string(reloptions, ', ') FROM pg_class
    WHERE oid = ANY(%(tables)s::regclass[])
    ORDER BY 1, 2, 3
"""
LINE = """
    INSERT INTO metrics_revenuemovement (customer_id, day, kind, reason, plan, amount, balance)
    VALUES (%s, '2025-01-05', 'new', '', '', 1, 1)
"""


def shapes() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(SHAPES, {"tables": list(WRITTEN)})
        return cursor.fetchall()


def write_a_line() -> None:
    customer = CustomerFactory()
    with connection.cursor() as cursor:
        cursor.execute(LINE, [customer.pk])


@pytest.mark.django_db
def test_after_a_rebuild_columns_keys_indexes_triggers_and_options_are_those_of_before():
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {WRITTEN[0]} SET (autovacuum_analyze_scale_factor = 0.02)")
    before = shapes()

    rebuild_movements(through=date(2025, 1, 31))

    assert shapes() == before
    assert any("scale_factor=0.02" in str(shape) for shape in before)
    assert len(before) > 40


def killed_on_the_way(seen: list[tuple]) -> None:
    """A rebuild that counts the rows another connection sees, and is then ended by it."""
    pid = connection.connection.info.backend_pid
    elsewhere = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with elsewhere, fresh_tables(*WRITTEN):
        assert RevenueMovement.objects.count() == 0
        seen += elsewhere.execute("SELECT count(*) FROM metrics_revenuemovement").fetchall()
        elsewhere.execute("SELECT pg_terminate_backend(%s, 20000)", [pid])
        write_a_line()


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_that_is_killed_leaves_the_old_rows_which_were_readable_all_along():
    write_a_line()
    seen = []

    with pytest.raises(OperationalError):
        killed_on_the_way(seen)
    connection.close()

    assert seen == [(1,)]
    assert RevenueMovement.objects.count() == 1
    rebuild_movements(through=date(2025, 1, 31))
    assert RevenueMovement.objects.count() == 0
