"""What stands in the database while the access table is walked: Ana's customer and what hangs on
her. Ben is a CSM like Ana and has nothing to do with any of it.

An app adds its own objects in its `pages_<app>.py`: `OBJECTS = {"survey": lambda world: …}`.
"""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from django.test import Client

from accounts.models import ApiKey, User
from accounts.permissions import Role
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    PurchaseFactory,
    SubscriptionFactory,
    TaskFactory,
    TicketFactory,
    TouchpointFactory,
    UserFactory,
)

World = dict[str, Any]
PEOPLE = ("nobody", "ben", "ana", "lea", "vic", "ada")
ROLES = {"lea": Role.LEAD, "vic": Role.VIEWER, "ada": Role.ADMIN}

# Objects that belong to Ana's customer: whoever may not see her gets 404 for them.
OF_THE_CUSTOMER = {
    "customer": lambda world: CustomerFactory(name="Bakery", csm=world["ana"]),
    "contact": lambda world: ContactFactory(customer=world["customer"]),
    "subscription": lambda world: SubscriptionFactory(customer=world["customer"]),
    "purchase": lambda world: PurchaseFactory(customer=world["customer"]),
    "touchpoint": lambda world: TouchpointFactory(customer=world["customer"]),
    "ticket": lambda world: TicketFactory(customer=world["customer"]),
    "task": lambda world: TaskFactory(customer=world["customer"], assignee=world["ana"]),
}
OF_THE_HOUSE = {
    "key_id": lambda _world: 4711,
    "reset_user": lambda _world: "1",
    "reset_key": lambda _world: "no-key",
    "sso": lambda _world: "sso",
}


def build_world(more: Mapping[str, Callable[[World], Any]]) -> World:
    world: World = {}
    for name in PEOPLE[1:]:
        role = ROLES.get(name, Role.CSM)
        world[name] = UserFactory(full_name=name.title(), email=f"{name}@example.com", role=role)
    for name, make in {**OF_THE_HOUSE, **OF_THE_CUSTOMER, **more}.items():
        world[name] = make(world)
    return world


def argument(thing: Any) -> Any:
    """What stands in the address for an object: its key, or the text itself."""
    return getattr(thing, "pk", thing)


def client_of(person: str, world: World, *, is_program: bool) -> Client:
    """A browser in which the person is logged in; for the API a program with her key."""
    user: User | None = world.get(person)
    if user is None:
        return Client(raise_request_exception=False)
    if is_program:
        scopes = [scope for scope in ApiKey.Scope.values if scope != "events:write"]
        _key, text = ApiKey.issue(owner=user, name="access", scopes=scopes)
        return Client(raise_request_exception=False, headers={"authorization": f"Bearer {text}"})
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def log_everybody_in(world: World) -> None:
    """Once, for all visits to come."""
    world["clients"] = {
        (person, is_program): client_of(person, world, is_program=is_program)
        for person in PEOPLE
        for is_program in (False, True)
    }


def visit_of(person: str, world: World, *, is_program: bool) -> Client:
    """The cookies of the log-in, whatever became of them in another visit."""
    client = copy(world["clients"][person, is_program])
    client.cookies = copy(client.cookies)
    return client
