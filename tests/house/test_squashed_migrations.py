"""A new installation, which runs the squashed migrations, gets what an older one has got."""

from itertools import chain

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

from lib.squashing import written_by_hand

SQUASHED = [
    ("customers", "0001_squashed_0030_when_an_import_was_undone"),
    ("metrics", "0001_squashed_0033_answers_know_their_place"),
]


@pytest.fixture(scope="module")
def one_by_one() -> MigrationLoader:
    return MigrationLoader(None, replace_migrations=False)


@pytest.mark.parametrize("key", SQUASHED, ids=lambda key: key[0])
def test_the_models_are_those_of_the_replaced_migrations(one_by_one, key):
    squashed = one_by_one.disk_migrations[key]

    ours = one_by_one.project_state([key])
    theirs = one_by_one.project_state([squashed.replaces[-1]])
    changes = MigrationAutodetector(theirs, ours).changes(one_by_one.graph)

    assert len([app for app, _name in ours.models if app == squashed.app_label]) > 40
    assert changes.get(squashed.app_label) is None


@pytest.mark.parametrize("key", SQUASHED, ids=lambda key: key[0])
def test_what_was_written_by_hand_is_run_too(one_by_one, key):
    squashed = one_by_one.disk_migrations[key]
    names = [name for _app, name in squashed.replaces]

    by_hand = list(written_by_hand(f"{squashed.app_label}.migrations", names))

    ours = [o for o in squashed.operations if isinstance(o, RunSQL | RunPython)]
    assert len(ours) > 4
    assert sorted(map(id, ours)) == sorted(map(id, by_hand))


@pytest.mark.django_db
def test_a_new_database_ran_them_and_has_every_table():
    loader = MigrationLoader(connection)

    assert set(SQUASHED) <= set(loader.applied_migrations)
    expected = chain.from_iterable(
        apps.get_app_config(app).get_models(include_auto_created=True) for app, _name in SQUASHED
    )
    assert {model._meta.db_table for model in expected} <= {
        table.name for table in connection.introspection.get_table_list(connection.cursor())
    }
