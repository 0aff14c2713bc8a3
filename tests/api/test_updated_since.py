"""A program that keeps a copy asks for what changed since; no way of writing escapes it."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from customers.models import Purchase, Subscription, Task, Ticket, Touchpoint
from metrics.models import Alert
from tests.api.programs import every_row
from tests.factories import (
    AlertFactory,
    PurchaseFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
    TaskFactory,
    TicketFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db
FACTORIES = {
    "tasks": TaskFactory, "tickets": TicketFactory, "touchpoints": TouchpointFactory,
    "subscriptions": SubscriptionFactory, "purchases": PurchaseFactory, "alerts": AlertFactory,
}  # fmt: skip
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def changed_since(program, noun: str, moment: datetime) -> list[int]:
    return every_row(program, f"/api/v1/{noun}?updated_since={moment:%Y-%m-%dT%H:%M:%S}Z")


@pytest.mark.parametrize("noun", FACTORIES)
def test_only_what_changed_is_found_also_after_a_change_past_the_models(noun, lea, api_of):
    old, changed = (FACTORIES[noun](updated_at=LONG_AGO) for _ in range(2))
    asked_at = datetime.now(UTC).replace(microsecond=0)
    program = api_of(lea)
    assert changed_since(program, noun, asked_at) == []

    type(changed).objects.filter(pk=changed.pk).update(customer_id=changed.customer_id)

    assert changed_since(program, noun, asked_at) == [changed.pk]
    assert changed_since(program, noun, LONG_AGO) == [old.pk, changed.pk]


def test_a_new_version_changes_its_subscription(lea, api_of):
    changed, _old = (SubscriptionFactory(updated_at=LONG_AGO) for _ in range(2))
    asked_at = datetime.now(UTC).replace(microsecond=0)

    SubscriptionVersionFactory(subscription=changed, recorded_at=datetime.now(UTC))

    assert changed_since(api_of(lea), "subscriptions", asked_at) == [changed.pk]


@pytest.mark.parametrize("model", [Task, Ticket, Touchpoint, Subscription, Purchase, Alert])
def test_every_table_is_stamped_by_the_database(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s",
            [model._meta.db_table, "%is_stamped%"],
        )
        assert cursor.fetchone()[0] == 1
