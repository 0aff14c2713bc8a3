"""The access table: who gets which status from which page and endpoint.

The lines stand in `pages_<app>.py`, in a dictionary named TABLE:

    "POST customers:task_done task": (302, 404, 302, 302, 403, 302),

The key is method, URL name and the objects in the address, in order (names from world.py or from
OBJECTS of the same file). The value is what nobody, Ben (a stranger), Ana, Lea (lead), Vic
(viewer) and Ada (admin) get for an empty body. Somebody else's customer is 404; what a role may
never do is 403; nobody is sent to the log-in page (302), or told 401 by the API.
"""

import importlib
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import reverse

from accounts.models import User
from tests.access.conftest import HOST
from tests.access.headers import faults
from tests.access.routes import routes
from tests.access.world import (
    OF_THE_CUSTOMER,
    PEOPLE,
    World,
    argument,
    build_world,
    log_everybody_in,
    visit_of,
)

Row = tuple[int, ...]
PARTS = [
    importlib.import_module(f"tests.access.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("pages_*.py"))
]
TABLE: dict[str, Row] = {key: row for part in PARTS for key, row in part.TABLE.items()}
OBJECTS = {name: make for part in PARTS for name, make in getattr(part, "OBJECTS", {}).items()}
# Objects of OBJECTS that belong to a customer are named here by their file.
OF_A_CUSTOMER = set(OF_THE_CUSTOMER).union(*(getattr(p, "OF_A_CUSTOMER", ()) for p in PARTS))
# Written while somebody merely looks: sessions, and when a key was last used.
TECHNICAL = {"django_session", "usersessions_usersession", "accounts_apikey"}
HOW = (
    "\nAdd a line for each to TABLE in tests/access/pages_<app>.py:"
    '\n    "GET app:name object": (nobody, ben, ana, lea, vic, ada),'
    "\nBen must get 404 for what belongs to Ana's customer. More in tests/access/test_pages.py.\n"
)
WRITES = """
    SELECT * FROM (
        SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
            + pg_stat_get_xact_tuples_deleted(oid) AS written
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ) tables WHERE written > 0
"""


@pytest.fixture
def world(db: None, site: object) -> World:
    world = build_world(OBJECTS)
    log_everybody_in(world)
    return world


def ask(key: str, person: str, world: World) -> HttpResponse:
    """What somebody gets."""
    method, name, *objects = key.split()
    address = reverse(name, args=[argument(world[thing]) for thing in objects])
    is_program = name.startswith("api:")
    client = visit_of(person, world, is_program=is_program)
    json = {"data": "{}", "content_type": "application/json"}
    wishes = json if is_program and method != "GET" else {}
    return client.generic(method, address, secure=True, HTTP_HOST=HOST, **wishes)


def ask_undone(key: str, person: str, world: World) -> HttpResponse:
    savepoint = transaction.savepoint()
    try:
        return ask(key, person, world)
    finally:
        transaction.savepoint_rollback(savepoint)


def writes() -> Counter[str]:
    """Rows written in this transaction by table, those that were undone too."""
    with connection.cursor() as cursor:
        cursor.execute(WRITES)
        return Counter({name: n for name, n in cursor.fetchall() if name not in TECHNICAL})


def test_every_route_is_in_the_table():
    listed = {" ".join(key.split()[:2]) for key in TABLE}
    there = {key for route in routes() for key in route.keys}

    missing = sorted(there - listed)

    assert not missing, "Routes without a line in the access table: " + ", ".join(missing) + HOW


def test_every_view_of_ours_says_which_methods_it_answers():
    silent = [route.pattern for route in routes() if not route.methods]

    assert not silent, f"Put @require_safe, @require_POST or @require_http_methods on: {silent}"


def test_no_line_speaks_of_a_route_that_is_gone():
    names = {route.name for route in routes()}

    assert not [key for key in TABLE if key.split()[1] not in names]


def test_somebody_elses_customer_is_404_in_every_line():
    """403 only where Ana's role may not do it either, so that nothing is given away."""
    _nobody, ben, ana = range(3)
    about_a_customer = [key for key in TABLE if set(key.split()[2:]) & OF_A_CUSTOMER]

    leaks = [
        key
        for key in about_a_customer
        if TABLE[key][ben] != 404 and not TABLE[key][ben] == TABLE[key][ana] == 403
    ]

    assert not leaks


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__.rsplit(".")[-1])
def test_everybody_gets_the_status_of_the_table_with_every_header_and_looking_writes_nothing(
    part: ModuleType, world: World
):
    statuses: dict[str, Row] = {}
    written_by_looking: dict[str, dict[str, int]] = {}
    loose_headers: dict[str, set[str]] = {}
    for key in part.TABLE:
        before = writes() if key.startswith("GET ") else None
        answers = [ask_undone(key, person, world) for person in PEOPLE]
        statuses[key] = tuple(answer.status_code for answer in answers)
        if before is not None and (written := writes() - before):
            written_by_looking[key] = dict(written)
        if found := {fault for answer in answers for fault in faults(answer, key.split()[1])}:
            loose_headers[key] = found

    assert statuses == part.TABLE
    assert written_by_looking == {}
    assert loose_headers == {}


def test_a_write_would_be_noticed_also_when_it_was_undone(world: World):
    before, savepoint = writes(), transaction.savepoint()

    User.objects.filter(pk=world["ana"].pk).update(full_name="Ana")
    transaction.savepoint_rollback(savepoint)

    assert (writes() - before)["accounts_user"] == 1
