"""The one door of each table: Ben sees nothing of Ana's customer, whatever he asks for.

Made from the models: a model whose rows hang on a customer and has no `visible_to` fails here.
"""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from pghistory.models import Event

from accounts.models import User
from accounts.permissions import Permission
from tests.access.test_pages import OBJECTS
from tests.access.world import World, build_world

APPS = ("accounts", "customers", "outreach", "surveys", "metrics")
OURS = [
    model
    for name in APPS
    for model in apps.get_app_config(name).get_models()
    if model._meta.managed and not issubclass(model, Event)
]
DOORS = [model for model in OURS if hasattr(model.objects.all(), "visible_to")]
# Seen by everybody who works here: names of colleagues, teams, surveys without their answers.
# Shared views as well: they keep a question and no answer.
OF_THE_HOUSE = {
    "accounts.User", "accounts.Team", "surveys.Survey", "surveys.Wave", "customers.SavedView",
}  # fmt: skip
NEEDED = {
    "accounts.AuditEntry": Permission.VIEW_AUDIT,
    "customers.ImportRun": Permission.IMPORT,
    "customers.ImportRow": Permission.IMPORT,
    "outreach.Mailing": Permission.SEND_SURVEYS,
    "outreach.Suppression": Permission.SEND_SURVEYS,
    "customers.AccountAlias": Permission.MANAGE_KEYS,
    "customers.SourceDay": Permission.MANAGE_KEYS,
    "customers.EventName": Permission.MANAGE_KEYS,
    "customers.UnresolvedEvent": Permission.MANAGE_KEYS,
    "customers.QuarantinedEvent": Permission.MANAGE_KEYS,
}


@pytest.fixture
def world(db) -> World:
    return build_world(OBJECTS)


def seen(model: type[models.Model], user: User) -> set[object]:
    return set(model.objects.all().visible_to(user).values_list("pk", flat=True))


def hangs_on_a_customer(model: type[models.Model]) -> bool:
    return any(field.name == "customer" and field.is_relation for field in model._meta.fields)


def test_every_table_of_a_customer_has_a_door():
    open_tables = {
        model._meta.label for model in OURS if hangs_on_a_customer(model) and model not in DOORS
    }

    assert not open_tables


def test_the_world_holds_a_row_for_most_doors(world):
    filled = [model for model in DOORS if model.objects.exists()]

    assert len(filled) > len(DOORS) / 2


def labels(models: Iterable[type[models.Model]]) -> list[str]:
    return [model._meta.label for model in models]


def test_a_stranger_sees_nothing_of_another_csm(world):
    """Ben's view of a table of customers is empty; of the house it is the same as Ana's."""

    def may_see(model):
        of_the_house = model._meta.label in OF_THE_HOUSE
        return seen(model, world["ana"]) if of_the_house else set()

    leaks = labels(model for model in DOORS if seen(model, world["ben"]) != may_see(model))

    assert leaks == []


@pytest.mark.parametrize("person", ["lea", "vic", "ada"])
def test_leads_and_admins_see_every_row_their_role_may(person, world):
    user = world[person]

    def may_see(model):
        label, needed = model._meta.label, NEEDED.get(model._meta.label)
        if label == "metrics.Report":  # a file is for who asked for it
            return set()
        if (label == "accounts.ApiKey" and person != "ada") or (needed and not user.may(needed)):
            return set()
        return set(model.objects.values_list("pk", flat=True))

    wrong = labels(model for model in DOORS if seen(model, user) != may_see(model))

    assert wrong == []


def test_nobody_and_the_disabled_see_nothing(world):
    gone = world["ada"]
    gone.is_active = False

    leaks = labels(m for m in DOORS if seen(m, gone) or seen(m, AnonymousUser()))

    assert leaks == []


def test_a_csm_sees_the_rows_of_her_own_customer(world):
    def ours(model):
        return set(model.objects.filter(customer=world["customer"]).values_list("pk", flat=True))

    tables = [model for model in DOORS if hangs_on_a_customer(model)]
    missing = labels(model for model in tables if not ours(model) <= seen(model, world["ana"]))

    assert any(ours(model) for model in tables)
    assert missing == []
