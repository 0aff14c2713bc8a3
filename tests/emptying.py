"""Empties the tables a test with real transactions wrote to.

Django truncates every table and rebuilds content types and triggers after each such test: half a
second with 130 tables. Deleting from the few that hold rows takes a fiftieth of that, and reaches
the append-only tables too, which Django did not make.
"""

from django.db import connection
from django.test import TransactionTestCase
from psycopg import sql

# What migrations put in and tests never change.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "metrics_scorecard"}
# Parts of a table are asked one by one: most have no file to look into, and need no plan.
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
"""


# Processes a test has killed may still hold their locks until the server notices.
END_THE_DEAD = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


def empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(END_THE_DEAD)
        cursor.execute(TABLES)
        tables = sorted({name for (name,) in cursor.fetchall()} - KEPT)
        if not tables:
            return
        asking = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(
                sql.Literal(table), sql.Identifier(table)
            )
            for table in tables
        )
        cursor.execute(asking)
        filled = [name for (name,) in cursor.fetchall()]
        # As a replica, so that neither foreign keys nor the audit's triggers take part.
        cursor.execute("SET session_replication_role = replica")
        for table in filled:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        cursor.execute("SET session_replication_role = origin")


# A server that looks while the rows of a test are not committed, or rolled back already, takes the
# table for an empty one; whoever then fills it waits ten times as long for plans made for one row.
LEAVE_ALONE = """
    DO $$ DECLARE name regclass; BEGIN
        FOR name IN SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name); END LOOP;
    END $$
"""


def leave_statistics_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_ALONE)


def install() -> None:
    TransactionTestCase._fixture_teardown = lambda self: empty_tables()
