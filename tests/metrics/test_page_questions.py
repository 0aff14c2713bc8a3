"""What the pages of figures ask of the database: few questions, none twice, however many rows."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metrics.once import asked_once, page_of_figures
from metrics.question import ids_of
from metrics.revenue.months import rebuild_months
from metrics.traits import keep_traits
from surveys.models import Response
from tests.factories import DAY, NOON, CustomerFactory, ResponseFactory
from tests.metrics.test_figure_pages import EVERYBODY, pay

pytestmark = pytest.mark.django_db
MOST = {"overview": 50, "revenue": 40, "retention": 20, "churn": 25, "loyalty": 36,
        "value_and_cost": 60}  # fmt: skip


def customers(count):
    for number in range(count):
        customer = CustomerFactory(segment=f"S{number % 3}")
        pay(customer, DAY.replace(day=1), 1200 + number)
        ResponseFactory(customer=customer, answered_at=NOON)
    keep_traits(DAY, **EVERYBODY)
    rebuild_months(through=DAY)


@pytest.mark.parametrize("name", MOST)
def test_a_page_asks_as_many_questions_for_3_and_30_customers(as_user, lea, name):
    browser, counts = as_user(lea), []
    with time_machine.travel(NOON, tick=False):
        for more in (3, 27):
            customers(more)
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(reverse(f"metrics:{name}")).status_code == 200
            counts.append(len(asked))

    assert counts[0] == counts[1] <= MOST[name]


def test_what_a_page_asked_once_is_forgotten_with_it():
    count = asked_once(Response.objects.count)
    page = page_of_figures(lambda: (count(), ResponseFactory(), count())[::2])

    assert page() == (0, 0)
    assert page() == (1, 1)
    assert count() == 2


def test_who_is_asked_about_is_looked_up_once_for_a_page(as_user, lea):
    customers(3)

    with time_machine.travel(NOON, tick=False), CaptureQueriesContext(connection) as asked:
        page = as_user(lea).get(reverse("metrics:value_and_cost"), {"segment": "S1", "plan": "~"})

    assert page.status_code == 200
    looked_up = [query for query in asked if "array_agg(customer_id)" in query["sql"]]
    assert len(looked_up) == 1
    assert sum("= ANY('{" in query["sql"] for query in asked) > 3


def test_who_was_on_a_plan_is_the_same_with_and_without_a_csm(ana):
    month = DAY.replace(day=1)
    asked = CustomerFactory.create_batch(3, csm=ana)
    for customer, plans in zip(
        asked, (("Pro", "Basic"), ("Basic", "Pro"), ("Pro", "")), strict=True
    ):
        for number, plan in enumerate(plans):
            pay(customer, month.replace(day=2 + number), 1200 + number, plan=plan)
    keep_traits(DAY, **EVERYBODY)

    before_any = (1, "", (0, 1, 2))
    for day, plan, expected in ((2, "Pro", (0, 2)), (3, "Pro", (1,)), (3, "", (2,)), before_any):
        ids = {str(asked[number].pk) for number in expected}
        for csm in (None, ana.pk):
            found = ids_of(month.replace(day=day), None, csm, None, plan)
            assert set(found.strip("{}").split(",")) == (ids or {""})
