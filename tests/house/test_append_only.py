"""Append-only tables keep the rules that let them be spread over machines one day."""

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from customers.models import UsageEvent
from tests.append_only import TABLES, ReadsEverybody, is_against_the_rule
from tests.house.sources import python_files, short

# Where rows of each table are written; everybody else only reads.
WRITERS = {
    # Events come in one by one or as a file, which also takes its own out again.
    "customers_usageevent": (
        "UsageEvent",
        ("customers/ingest/", "customers/importing/nouns/usage.py"),
    ),
    "metrics_dailyusage": ("DailyUsage", "metrics/"),
    "metrics_personday": ("PersonDay", "metrics/"),
    "metrics_healthscore": ("HealthScore", "metrics/"),
}
PARTED_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'p' AND NOT relispartition"
UNIQUE_KEYS = """
    SELECT t.relname, a.attname FROM pg_index i
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
    WHERE i.indisunique AND t.relname = ANY(%s)
"""
FOREIGN_KEYS = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'f' AND (conrelid = ANY(%s::regclass[]) OR confrelid = ANY(%s::regclass[]))
"""
COUNTED_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_name = ANY(%s) AND (is_identity = 'YES' OR column_default LIKE 'nextval%%')
"""
CUSTOMER_COLUMNS = """
    SELECT table_name, data_type, is_nullable FROM information_schema.columns
    WHERE table_name = ANY(%s) AND column_name = 'customer_id'
"""
DEFAULT_PARTITIONS = (
    "SELECT partrelid::regclass::text FROM pg_partitioned_table WHERE partdefid > 0"
)


def ask(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchall()


@pytest.mark.django_db
def test_every_parted_table_is_known_to_these_tests():
    assert {name for (name,) in ask(PARTED_TABLES)} == TABLES == set(WRITERS)


@pytest.mark.django_db
def test_every_key_begins_with_the_customer():
    keys = dict(ask(UNIQUE_KEYS, list(TABLES)))

    assert keys == dict.fromkeys(TABLES, "customer_id")
    assert set(ask(CUSTOMER_COLUMNS, list(TABLES))) == {(table, "bigint", "NO") for table in TABLES}


@pytest.mark.django_db
def test_nothing_refers_to_them_they_refer_to_nothing_and_nothing_is_counted_up():
    tables = list(TABLES)

    assert ask(FOREIGN_KEYS, tables, tables) == []
    assert ask(COUNTED_COLUMNS, tables) == []
    assert ask(DEFAULT_PARTITIONS) == []


def writes_to(table, model, source):
    """What in a source text looks like a write to the table."""
    by_sql = rf"(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|COPY)\s+\"?{table}\b"
    by_model = rf"\b{model}\.objects\b[^\n]*\.(?:\w*create|update|delete)\("
    return re.findall(f"{by_sql}|{by_model}", source)


@pytest.mark.parametrize("table", WRITERS)
def test_each_table_is_written_in_one_place(table):
    model, home = WRITERS[table]
    elsewhere = [
        short(file)
        for file in python_files("accounts", "customers", "outreach", "surveys", "metrics")
        if not short(file).startswith(home) and writes_to(table, model, file.read_text())
    ]

    assert elsewhere == []


def test_the_search_for_writes_finds_them():
    assert writes_to("customers_usageevent", "UsageEvent", "UsageEvent.objects.filter(x).delete()")
    assert writes_to("customers_usageevent", "UsageEvent", "INSERT INTO customers_usageevent (x)")
    assert not writes_to("customers_usageevent", "UsageEvent", "UsageEvent.objects.filter(x)")


def everybodys_events(request):
    return HttpResponse(UsageEvent.objects.count())


def one_customers_events(request):
    return HttpResponse(UsageEvent.objects.filter(customer_id=1).count())


urlpatterns = [path("everybody/", everybodys_events), path("one/", one_customers_events)]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_request_that_reads_everybodys_events_fails_and_a_job_may():
    job = UsageEvent.objects.count()
    page = Client().get("/one/")

    assert (job, page.content) == (0, b"0")
    with pytest.raises(ReadsEverybody):
        Client().get("/everybody/")


@pytest.mark.parametrize(
    ("sql", "is_refused"),
    [
        ("SELECT 1 FROM metrics_dailyusage WHERE day = %s", True),
        ('SELECT 1 FROM a JOIN metrics_healthscore h ON h.customer_id = a."id"', True),
        ('SELECT 1 FROM "metrics_healthscore" WHERE "x"."customer_id" = %s', False),
        ("SELECT 1 FROM metrics_personday WHERE customer_id = ANY(%(ids)s)", False),
        ("SELECT 1 FROM metrics_snapshot", False),
    ],
)
def test_naming_the_customer_means_giving_it(sql, is_refused):
    assert is_against_the_rule(sql) is is_refused
