"""/tasks/bulk-upsert and /subscriptions/bulk-upsert."""

from datetime import date
from decimal import Decimal

import pytest

from customers.models import Discount, Subscription, SubscriptionVersion, Task
from tests.api.programs import send
from tests.factories import (
    CustomerFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db
TASKS, LINES = "/api/v1/tasks/bulk-upsert", "/api/v1/subscriptions/bulk-upsert"


def sent(program, url, *items):
    return send(program, "post", url, {"items": list(items)}).json()


def statuses(answer):
    return [result["status"] for result in answer["results"]]


def test_tasks_are_matched_by_the_id_of_the_other_program(ana, ben, api_of):
    mine, foreign = CustomerFactory(csm=ana), CustomerFactory(csm=ben)
    known = TaskFactory(external_id="T-1", customer=mine, assignee=ana, title="Call")
    TaskFactory(external_id="T-9", customer=foreign, assignee=ben)

    answer = sent(
        api_of(ana), TASKS,
        {"external_id": "T-1", "title": "Call again", "due_on": "2026-07-01"},
        {"external_id": "T-2", "customer_external_id": mine.external_id, "title": "Write"},
        {"external_id": "T-3", "title": "Of no customer"},
        {"external_id": "T-9", "title": "Stolen"},
        {"external_id": "T-4", "customer": foreign.pk, "title": "Not mine"},
        {"title": "Without an id"},
    )  # fmt: skip

    assert statuses(answer) == ["updated", "created", "created", "error", "error", "error"]
    known.refresh_from_db()
    assert (known.title, known.due_on) == ("Call again", date(2026, 7, 1))
    assert Task.objects.get(external_id="T-2").assignee == ana
    assert Task.objects.get(external_id="T-9").title != "Stolen"
    assert statuses(sent(api_of(ana), TASKS, {"external_id": "T-1", "title": "Call again"})) == [
        "unchanged"
    ]


def a_line(n, customer, **terms):
    return {
        "external_id": f"S-{n}", "customer": customer.pk,
        "terms": {"effective_on": "2026-01-01", "price": "100", **terms},
    }  # fmt: skip


def test_contract_lines_begin_and_get_a_version_only_where_terms_differ(lea, api_of):
    customer, program = CustomerFactory(currency="EUR"), api_of(lea)
    window = {"percent": "10", "starts_on": "2026-01-01", "ends_on": "2026-04-01"}
    items = [a_line(1, customer), a_line(2, customer, discounts=[window])]

    first = sent(program, LINES, *items)
    second = sent(program, LINES, *items)
    later = {"external_id": "S-1", "terms": {"effective_on": "2026-06-01", "price": "120"}}
    third = sent(program, LINES, later, {"external_id": "S-2", "terms": {**items[1]["terms"]}})

    assert statuses(first) == ["created", "created"]
    assert statuses(second) == ["unchanged", "unchanged"]
    assert statuses(third) == ["updated", "unchanged"]
    assert [result["id"] for result in first["results"]] == [
        result["id"] for result in second["results"]
    ]
    versions = SubscriptionVersion.objects.filter(subscription__external_id="S-1")
    assert list(versions.values_list("price", "currency")) == [
        (Decimal(100), "EUR"), (Decimal(120), "EUR"),
    ]  # fmt: skip
    assert Discount.objects.get().percent == 10


def test_a_wrong_line_is_named_and_the_good_ones_are_kept(ana, ben, api_of):
    mine, other, foreign = CustomerFactory(csm=ana), CustomerFactory(csm=ana), CustomerFactory()
    SubscriptionFactory(external_id="S-1", customer=mine)
    SubscriptionFactory(external_id="S-8", customer=foreign)

    answer = sent(
        api_of(ana), LINES,
        a_line(1, other), a_line(8, mine), a_line(2, foreign), a_line(3, mine, price="-1"),
        {"external_id": "S-4", "customer": mine.pk}, {"external_id": "S-5"}, a_line(6, mine),
        a_line(7, mine, discounts=[{"percent": "1", "amount": "1", "starts_on": "2026-01-01"}]),
    )  # fmt: skip

    assert statuses(answer) == ["error"] * 6 + ["created", "error"]
    pointers = [result["errors"][0]["pointer"] for result in answer["results"] if result["errors"]]
    assert pointers[:5] == [
        "/customer", "/external_id", "/customer", "/terms/price", "/terms/effective_on",
    ]  # fmt: skip
    assert Subscription.objects.get(external_id="S-6").versions.count() == 1
    assert not Subscription.objects.filter(external_id="S-7").exists()


@pytest.mark.parametrize("how_many", [3, 30])
def test_more_lines_ask_no_more_questions(how_many, lea, api_of, django_assert_max_num_queries):
    customer = CustomerFactory()
    for n in range(how_many // 2):
        line = SubscriptionFactory(external_id=f"S-{n}", customer=customer)
        SubscriptionVersionFactory(subscription=line, effective_on=date(2026, 1, 1), price=100)
    items = [a_line(n, customer) for n in range(how_many)]
    program = api_of(lea)
    program.get("/api/v1/products")

    with django_assert_max_num_queries(24):
        answer = sent(program, LINES, *items)

    assert answer["counts"] == {"unchanged": how_many // 2, "created": -(-how_many // 2)}
